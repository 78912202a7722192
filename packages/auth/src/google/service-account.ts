import { importPrivateKey } from '../oauth2/private-key.ts'
import { signJwt } from '../oauth2/sign-jwt.ts'
import { requestGoogle, parseGoogleToken, type GoogleContext } from './google-request.ts'
import type { GoogleCredential } from './credential-file.ts'
import { googleProvenance, type GoogleSource } from './google-source.ts'

/** Creates a source for a service account with a private key: it exchanges a signed assertion for a token (RFC 7523). */
export function serviceAccount(
  credential: Extract<GoogleCredential, { type: 'service_account' }>,
  property: string,
  context: GoogleContext,
): GoogleSource {
  const { email, tokenUri, keyId } = credential
  const provenance = googleProvenance('google-service-account', email)
  const requestToken = async (
    claims: object,
    wait: { signal?: AbortSignal },
  ): Promise<Readonly<Record<string, unknown>>> => {
    const key = await importPrivateKey(credential.privateKey.reveal(), 'RS256', property)
    const iat = Math.floor(context.now() / 1_000)
    const payload = { iss: email, ...claims, aud: tokenUri, exp: iat + 3_600, iat }
    const assertion = await signJwt(
      { typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) },
      payload,
      key,
    )
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    const form = { grant_type, assertion }
    return (await requestGoogle({ url: tokenUri, form, grant: 'jwt-bearer' }, context, wait)).members
  }
  return {
    quotaProject: credential.quotaProject,
    accessToken: async (scopes, wait) => ({
      ...parseGoogleToken(
        await requestToken({ scope: scopes.join(' ') }, wait),
        'access_token',
        context.now(),
      ),
      provenance,
    }),
    idToken: async (audience, wait) => ({
      ...parseGoogleToken(await requestToken({ target_audience: audience }, wait), 'id_token', context.now()),
      provenance,
    }),
  }
}
