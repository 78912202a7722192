import type { WaitOptions } from '@headgate/http'
import { AuthError, isAuthError } from '../auth-error.ts'
import { askGoogle, googleToken, type GoogleContext } from './ask-google.ts'
import { fromGoogle, type GoogleSource } from './google-source.ts'

const provenance = fromGoogle('google-metadata')

/** The service account of the machine, the pod or the function that this runs in. */
export function metadataServer(context: GoogleContext): GoogleSource {
  const host = context.env['GCE_METADATA_HOST'] || 'metadata.google.internal'
  const ask = async (
    path: string,
    query: Readonly<Record<string, string>>,
    wait: WaitOptions,
  ): ReturnType<typeof askGoogle> => {
    const url = new URL(`http://${host}/computeMetadata/v1/instance/service-accounts/default/${path}`)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const headers = { 'metadata-flavor': 'Google' }
    try {
      return await askGoogle(
        { url: url.href, headers, grant: `the machine's ${path}`, timeoutMs: 3_000 },
        context,
        wait,
      )
    } catch (error) {
      if (!isAuthError(error, 'unavailable')) throw error
      throw new AuthError('not-here', `this is no machine of Google (${host} does not answer)`, {
        cause: error,
      })
    }
  }
  return {
    accessToken: async (scopes, wait) => {
      const { members } = await ask('token', { scopes: scopes.join(',') }, wait)
      return { ...googleToken(members, 'access_token', context.now()), provenance }
    },
    idToken: async (audience, wait) => {
      const { text } = await ask('identity', { format: 'full', audience }, wait)
      return { ...googleToken({ token: text.trim() }, 'token', context.now()), provenance }
    },
  }
}
