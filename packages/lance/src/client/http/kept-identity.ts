import { headerValues, type AuthProvider, type HeaderList } from '@headgate/auth'
import { HeadgateError } from '@headgate/errors'

/** Where a signature puts the identity that was in its place (Iceberg `RESTSigV4AuthManager`). */
const RELOCATED = 'original-authorization'

/**
 * The same provider, but it may not overwrite what a request itself asks for: otherwise the request of one identity
 * would be carried out as another.
 *
 * @throws {HeadgateError} illegal-argument, when a request is authenticated
 */
export function keepingIdentity(auth: AuthProvider, own: HeaderList): AuthProvider {
  if (own.length === 0) return auth
  return {
    ...(auth.onResponse && { onResponse: auth.onResponse.bind(auth) }),
    async authenticate(request, options) {
      const authenticated = await auth.authenticate(request, options)
      for (const [name, value] of own) {
        const places = name === 'authorization' ? [name, RELOCATED] : [name]
        const kept = places.some((place) => headerValues(authenticated.headers, place).includes(value))
        if (!kept)
          throw new HeadgateError(
            'illegal-argument',
            `The request has ${name} of its own, which the authentication of this namespace overwrites: leave one of them out`,
          )
      }
      return authenticated
    },
  }
}
