import { createPrivateKey, type JsonWebKey } from 'node:crypto'
import { importJWK, importPKCS8 } from 'jose'
import {
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  modifyAssertion,
  None,
  PrivateKeyJwt,
} from 'oauth4webapi'
import type { ConsoleClient } from '../issuers/issuer.ts'

type Proof = ConsoleClient['client']['proof']
type KeyProof = Extract<Proof, { readonly method: 'private_key_jwt' }>

/** Returns the authentication of this server at the token endpoint of an issuer (OpenID Connect Core section 9). */
export async function clientAuth(proof: Proof): Promise<ClientAuth> {
  if (proof.method === 'none') return None()
  if (proof.method === 'private_key_jwt') return signedAssertion(proof)
  const secret = proof.secret.reveal()
  return proof.method === 'client_secret_post' ? ClientSecretPost(secret) : ClientSecretBasic(secret)
}

async function signedAssertion({ key: secret, keyId, algorithm, audience }: KeyProof): Promise<ClientAuth> {
  const text = secret.reveal()
  const jwk = text.trimStart().startsWith('{')
    ? (JSON.parse(text) as JsonWebKey & { kid?: string; alg?: string })
    : null
  const alg = algorithm ?? jwk?.alg ?? defaultAlgorithm(text, jwk)
  const key = jwk === null ? await importPKCS8(text, alg) : await importJWK(jwk, alg)
  if (key instanceof Uint8Array) throw new TypeError('the private key of the client is symmetric')
  const kid = keyId ?? jwk?.kid
  return PrivateKeyJwt(kid === undefined ? { key } : { key, kid }, {
    [modifyAssertion]: (header, claims) => {
      header['alg'] = alg
      if (audience !== null) claims['aud'] = audience
    },
  })
}

/** Returns the signature algorithm that all issuers support for a kind of key. */
function defaultAlgorithm(text: string, jwk: JsonWebKey | null): string {
  const key = jwk === null ? createPrivateKey(text) : createPrivateKey({ key: jwk, format: 'jwk' })
  if (key.asymmetricKeyType === 'rsa') return 'RS256'
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA'
  const curve = key.asymmetricKeyDetails?.namedCurve
  return curve === 'secp384r1' ? 'ES384' : curve === 'secp521r1' ? 'ES512' : 'ES256'
}
