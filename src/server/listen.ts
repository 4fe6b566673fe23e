import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startFault } from "@/runtime/start-fault";

/** Opens the listener and resolves with the port it got. Throws a StartFault for a port or an address that cannot be had. */
export function listen(server: Server, { port, host }: { port: number; host: string | null }): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(faultOf(error, { port, host }));
    server.once("error", onError);
    const onListening = () => {
      server.removeListener("error", onError);
      resolve((server.address() as AddressInfo).port);
    };
    if (host === null) server.listen(port, onListening);
    else server.listen(port, host, onListening);
  });
}

function faultOf(error: NodeJS.ErrnoException, { port, host }: { port: number; host: string | null }): Error {
  switch (error.code) {
    case "EADDRINUSE":
      return startFault(`PORT: ${port} is taken by another process; stop it, or set PORT to a free one`);
    case "EACCES":
      return startFault(`PORT: this account may not listen on ${port}; set PORT to 1024 or more`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return startFault(`SLUICE_HOST: ${host} is no address of this machine; correct or unset it`);
    default:
      return startFault(`PORT: cannot listen on ${port} (${error.code})`, { cause: error });
  }
}

/** The origin to print: what a browser on this machine can open. */
export function originOf(host: string | null, port: number): string {
  const isAny = host === null || host === "0.0.0.0" || host === "::";
  const name = isAny ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
