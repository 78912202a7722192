import { requestGoogle, parseGoogleToken, type GoogleContext } from './google-request.ts'
import type { GoogleCredential } from './credential-file.ts'
import { googleProvenance, type GoogleSource } from './google-source.ts'

/**
 * Creates a source of tokens for a user who logged in with `gcloud auth application-default login`, at Google or at a
 * workforce pool.
 */
export function authorizedUser(
  credential: Extract<GoogleCredential, { type: 'authorized_user' | 'external_account_authorized_user' }>,
  context: GoogleContext,
): GoogleSource {
  const { tokenUri, clientId, quotaProject } = credential
  let refreshToken = credential.refreshToken.reveal()
  return {
    quotaProject,
    accessToken: async (_, wait) => {
      const secret = credential.clientSecret.reveal()
      const grant = { grant_type: 'refresh_token', refresh_token: refreshToken }
      // As in Google's SDK, a request to Google's token endpoint contains the client credentials in the form, and a
      // request to the endpoint of a workforce pool contains them in the Authorization header.
      const request =
        credential.type === 'authorized_user'
          ? { form: { ...grant, client_id: clientId, client_secret: secret } }
          : { form: grant, headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` } }
      const { members } = await requestGoogle(
        { url: tokenUri, ...request, grant: 'refresh_token' },
        context,
        wait,
      )
      const rotated = members['refresh_token']
      if (typeof rotated === 'string') refreshToken = rotated
      return {
        ...parseGoogleToken(members, 'access_token', context.now()),
        provenance: googleProvenance('google-user'),
      }
    },
  }
}
