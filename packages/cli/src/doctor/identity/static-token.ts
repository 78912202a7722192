import type { AuthProvider } from '@headgate/auth'
import { withHeaders } from '@headgate/http'

/** Creates an auth provider that always sends the same token. */
export const staticToken = (token: string): AuthProvider => ({
  authenticate: async (request) => ({
    ...request,
    headers: withHeaders(request.headers, [['authorization', `Bearer ${token}`]]),
  }),
})
