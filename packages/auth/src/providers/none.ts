import { defineProvider, type ProviderDefinition } from '../provider-definition.ts'

/** Sends requests unchanged, without authentication. */
export const none: ProviderDefinition = defineProvider({
  keys: {},
  create: () => ({ authenticate: async (request) => request, setsHeaders: [] }),
})
