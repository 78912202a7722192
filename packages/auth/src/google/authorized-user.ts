import { askGoogle, googleToken, type GoogleContext } from './ask-google.ts'
import type { GoogleCredential } from './credential-file.ts'
import { fromGoogle, type GoogleSource } from './google-source.ts'

/** A person who logged in with `gcloud auth application-default login`, with Google or with a workforce pool. */
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
      // Google takes the client in the form, its workforce service as Basic: each as its own SDK sends it.
      const request =
        credential.type === 'authorized_user'
          ? { form: { ...grant, client_id: clientId, client_secret: secret } }
          : { form: grant, headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` } }
      const { members } = await askGoogle(
        { url: tokenUri, ...request, grant: 'refresh_token' },
        context,
        wait,
      )
      const rotated = members['refresh_token']
      if (typeof rotated === 'string') refreshToken = rotated
      return { ...googleToken(members, 'access_token', context.now()), provenance: fromGoogle('google-user') }
    },
  }
}
