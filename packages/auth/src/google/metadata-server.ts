import type { WaitOptions } from '@headgate/http'
import { AuthError, isAuthError } from '../auth-error.ts'
import { requestGoogle, parseGoogleToken, type GoogleContext } from './google-request.ts'
import { googleProvenance, type GoogleSource } from './google-source.ts'

const provenance = googleProvenance('google-metadata')

/** Creates a source for the service account of the machine, pod or function that this process runs in. */
export function metadataServer(context: GoogleContext): GoogleSource {
  const host = context.env['GCE_METADATA_HOST'] || 'metadata.google.internal'
  const read = async (
    path: string,
    query: Readonly<Record<string, string>>,
    wait: WaitOptions,
  ): ReturnType<typeof requestGoogle> => {
    const url = new URL(`http://${host}/computeMetadata/v1/instance/service-accounts/default/${path}`)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const headers = { 'metadata-flavor': 'Google' }
    try {
      return await requestGoogle(
        { url: url.href, headers, grant: `the ${path} of the machine`, timeoutMs: 3_000 },
        context,
        wait,
      )
    } catch (error) {
      if (!isAuthError(error, 'unavailable')) throw error
      throw new AuthError('not-here', `the Google metadata server ${host} cannot be reached`, {
        cause: error,
      })
    }
  }
  return {
    accessToken: async (scopes, wait) => {
      const { members } = await read('token', { scopes: scopes.join(',') }, wait)
      return { ...parseGoogleToken(members, 'access_token', context.now()), provenance }
    },
    idToken: async (audience, wait) => {
      const { text } = await read('identity', { format: 'full', audience }, wait)
      return { ...parseGoogleToken({ token: text.trim() }, 'token', context.now()), provenance }
    },
  }
}
