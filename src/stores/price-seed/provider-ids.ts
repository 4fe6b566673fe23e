/** Ids of the providers in `@pydantic/genai-prices` 0.1.8, which lists none itself; in its order, the first match wins. */
export const PROVIDER_IDS: readonly string[] = [
  ...["anthropic", "arcee", "avian", "aws", "azure", "baseten", "cerebras", "cloudflare", "cohere", "cursor"],
  ...["deepseek", "doubleword", "fireworks", "github-copilot", "google", "groq", "huggingface_cerebras"],
  ...["huggingface_fireworks-ai", "huggingface_groq", "huggingface_hyperbolic", "huggingface_nebius"],
  ...["huggingface_novita", "huggingface_nscale", "huggingface_ovhcloud", "huggingface_publicai"],
  ...["huggingface_sambanova", "huggingface_together", "minimax", "mistral", "modal", "moonshotai", "novita", "openai"],
  ...["openrouter", "ovhcloud", "perplexity", "quicksilverpro", "together", "typesafe", "voyageai", "x-ai", "zai"],
  ...["zhipuai"],
];
