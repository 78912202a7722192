import { defineProvider, type ProviderDefinition } from '../provider-definition.ts'

/** Sends requests as they are. */
export const none: ProviderDefinition = defineProvider({
  keys: {},
  create: () => ({ authenticate: async (request) => request, setsHeaders: [] }),
})
