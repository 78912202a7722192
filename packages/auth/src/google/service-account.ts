import { privateKey } from '../oauth2/private-key.ts'
import { signJwt } from '../oauth2/sign-jwt.ts'
import { askGoogle, googleToken, type GoogleContext } from './ask-google.ts'
import type { GoogleCredential } from './credential-file.ts'
import { fromGoogle, type GoogleSource } from './google-source.ts'

/** A service account with a key of its own: it signs a statement and gets a token for it (RFC 7523). */
export function serviceAccount(
  credential: Extract<GoogleCredential, { type: 'service_account' }>,
  property: string,
  context: GoogleContext,
): GoogleSource {
  const { email, tokenUri, keyId } = credential
  const provenance = fromGoogle('google-service-account', email)
  const ask = async (
    claims: object,
    wait: { signal?: AbortSignal },
  ): Promise<Readonly<Record<string, unknown>>> => {
    const key = await privateKey(credential.privateKey.reveal(), 'RS256', property)
    const iat = Math.floor(context.now() / 1_000)
    const statement = { iss: email, ...claims, aud: tokenUri, exp: iat + 3_600, iat }
    const assertion = await signJwt(
      { typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) },
      statement,
      key,
    )
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    const form = { grant_type, assertion }
    return (await askGoogle({ url: tokenUri, form, grant: 'jwt-bearer' }, context, wait)).members
  }
  return {
    quotaProject: credential.quotaProject,
    accessToken: async (scopes, wait) => ({
      ...googleToken(await ask({ scope: scopes.join(' ') }, wait), 'access_token', context.now()),
      provenance,
    }),
    idToken: async (audience, wait) => ({
      ...googleToken(await ask({ target_audience: audience }, wait), 'id_token', context.now()),
      provenance,
    }),
  }
}
