import type { AuthProvider } from '@headgate/auth'
import { withHeaders } from '@headgate/http'

/** Creates a provider that sends one token, which is not renewed. */
export const staticToken = (token: string): AuthProvider => ({
  authenticate: async (request) => ({
    ...request,
    headers: withHeaders(request.headers, [['authorization', `Bearer ${token}`]]),
  }),
})
