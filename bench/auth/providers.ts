import type { Properties } from '@headgate/auth'

const TOKEN_URL = 'http://127.0.0.1/token'

export const aws = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
export const region = 'eu-central-1'
export const service = 'glue'

const oauth2 = {
  'rest.auth.type': 'oauth2',
  'rest.auth.oauth2.token-endpoint': TOKEN_URL,
  'rest.auth.oauth2.client-id': 'engine',
  'rest.auth.oauth2.client-secret': 'secret',
}

export const sigv4: Properties = {
  'rest.auth.type': 'sigv4',
  'rest.auth.sigv4.region': region,
  'rest.auth.sigv4.service': service,
  'rest.auth.sigv4.access-key-id': aws.accessKeyId,
  'rest.auth.sigv4.secret-access-key': aws.secretAccessKey,
}

export interface BenchProvider {
  readonly label: string
  readonly properties: Properties
  /**
   * Whether the request body is a stream. For a streamed body, the provider must know the hash in advance or
   * must not sign the body.
   */
  readonly streamed?: boolean
}

/** Authentication providers to measure, each with the properties that it needs to obtain a token or a key. */
export const providers: readonly BenchProvider[] = [
  { label: 'none', properties: { 'rest.auth.type': 'none' } },
  {
    label: 'basic',
    properties: {
      'rest.auth.type': 'basic',
      'rest.auth.basic.username': 'u',
      'rest.auth.basic.password': 'p',
    },
  },
  { label: 'bearer', properties: { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': 'token' } },
  { label: 'api-key', properties: { 'rest.auth.type': 'api-key', 'rest.auth.api-key.key': 'key' } },
  { label: 'headers', properties: { 'rest.auth.type': 'headers', 'rest.auth.headers.x-one': 'one' } },
  {
    label: 'command, cached token',
    properties: { 'rest.auth.type': 'command', 'rest.auth.command.command': 'echo token' },
  },
  { label: 'oauth2, cached token', properties: oauth2 },
  {
    label: 'oauth2 with DPoP',
    properties: { ...oauth2, 'rest.auth.oauth2.dpop.enabled': 'true' },
  },
  {
    label: 'iceberg-legacy',
    properties: {
      'rest.auth.type': 'iceberg-legacy',
      credential: 'engine:secret',
      'oauth2-server-uri': TOKEN_URL,
    },
  },
  {
    label: 'google',
    properties: {
      'rest.auth.type': 'google',
      'rest.auth.google.credentials-json': JSON.stringify({
        type: 'authorized_user',
        client_id: 'id',
        client_secret: 'secret',
        refresh_token: 'refresh',
      }),
    },
  },
  {
    label: 'entra',
    properties: {
      'rest.auth.type': 'entra',
      'rest.auth.entra.tenant-id': '11111111-1111-1111-1111-111111111111',
      'rest.auth.entra.client-id': 'app',
      'rest.auth.entra.client-secret': 'secret',
    },
  },
  { label: 'sigv4', properties: sigv4 },
  { label: 'sigv4, signature in the query', properties: { ...sigv4, 'rest.auth.sigv4.form': 'query' } },
  { label: 'sigv4, body unsigned', properties: { ...sigv4, 'rest.auth.sigv4.payload': 'unsigned' } },
  { label: 'sigv4, streamed body with a known hash', properties: sigv4, streamed: true },
  {
    label: 'sigv4 over oauth2',
    properties: { ...oauth2, ...sigv4, 'rest.auth.sigv4.delegate-auth-type': 'oauth2' },
  },
  {
    label: 'sigv4a',
    properties: {
      'rest.auth.type': 'sigv4a',
      'rest.auth.sigv4a.service': 'vpc-lattice-svcs',
      'rest.auth.sigv4a.access-key-id': aws.accessKeyId,
      'rest.auth.sigv4a.secret-access-key': aws.secretAccessKey,
      'rest.auth.sigv4a.payload': 'signed',
    },
  },
]
