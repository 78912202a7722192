import { randomUUID } from 'node:crypto'
import { demand } from '../../lib/outcome.ts'
import { readMember, sender } from '../../refresh/catalog-client.ts'
import type { S3Keys } from '../../refresh/s3-signature.ts'
import { type Check, notOffered } from '../check.ts'
import { type Fixture, toCredential } from '../fixture.ts'
import type { Lab, LabClient } from '../lab.ts'
import {
  addAccessKey,
  hashForms,
  type SentRequest,
  sendSigned,
  type SignedOptions,
} from '../signed-caller.ts'
import { bearer } from '../token-endpoint.ts'

/** Maximum time in ms by which the time of a signature may differ from the clock of the server. */
const validMs = 300_000
const whoami = '/management/v1/whoami'

/** Client that signs its requests with an access key, and may create namespaces in the warehouse. */
interface Signer {
  readonly lab: Lab
  readonly client: LabClient
  readonly keys: S3Keys
  readonly send: (method: string, target: string, options?: SignedOptions) => ReturnType<typeof sendSigned>
}

async function openSigner(fixture: Fixture): Promise<Signer> {
  const lab = fixture.lab()
  const client = await lab.client(fixture.name())
  await lab.grant(client.name, 'create', {})
  const keys = await addAccessKey(lab, client.name)
  return { lab, client, keys, send: (...request) => sendSigned(lab.uri, keys, ...request) }
}

function namespaces({ catalog }: Lab): string {
  return `/${catalog.root}namespaces`
}

function newNamespace(): string {
  return JSON.stringify({ namespace: [`n_${randomUUID().slice(0, 8)}`] })
}

async function refuses(response: ReturnType<typeof sendSigned>, what: string): Promise<void> {
  const { status, text } = await response
  demand(status === 401, `${what}: expected 401, got ${status}`)
  const type = readMember(JSON.parse(text), 'error', 'type')
  demand(type === 'NotAuthorizedException', `${what}: the error has the type ${String(type)}`)
}

/** Checks of requests that are signed with AWS Signature Version 4. */
export const signatures: readonly Check[] = [
  {
    row: 'S23',
    name: 'unverified-signature',
    about: 'a signature that the server cannot verify does not identify a caller, nor does a header below it',
    async run(fixture) {
      const token = await fixture.own(fixture.client())
      const signature =
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host;original-authorization, Signature=00'
      for (const headers of [{ authorization: signature }, {}]) {
        const { status } = await fixture.config({ ...headers, 'original-authorization': `Bearer ${token}` })
        demand(status === 401, `an unverified Original-Authorization: expected 401, got ${status}`)
      }
      const { value } = await fixture.json('.well-known/oauth-protected-resource')
      const schemes = readMember(value, 'rest_auth', 'schemes')
      if (!Array.isArray(schemes) || !schemes.some((scheme) => readMember(scheme, 'type') === 'sigv4'))
        notOffered('the metadata of the catalog declares no scheme of type sigv4')
      return undefined
    },
  },
  {
    row: 'S23',
    name: 'sigv4',
    about: 'a signed request has the identity that the principal has by token, in the form of each client',
    async run(fixture) {
      const signer = await openSigner(fixture)
      const { lab, client, send } = signer
      const token = await fixture.own(toCredential(client))
      const byToken = await sender(lab.uri, bearer(token))('GET', whoami.slice(1))
      const expected = JSON.stringify(readMember(byToken.json, 'principal'))
      for (const form of hashForms) {
        const response = await send('GET', whoami, { form })
        const principal = response.status === 200 ? readMember(JSON.parse(response.text), 'principal') : null
        demand(
          JSON.stringify(principal) === expected,
          `${form}: expected the identity by token, got ${response.text}`,
        )
        const made = await send('POST', namespaces(lab), { form, body: newNamespace() })
        demand(made.status === 200, `${form}: a request with a body: expected 200, got ${made.status}`)
        const large = JSON.stringify({
          ...JSON.parse(newNamespace()),
          properties: { x: 'x'.repeat(100_000) },
        })
        const other = await send('POST', namespaces(lab), { form, body: large })
        demand(other.status === 200, `${form}: a large body: expected 200, got ${other.status}`)
        const listed = await send('GET', `${namespaces(lab)}?parent=a%1Fb`, { form })
        demand(listed.status === 404, `${form}: a name with %1F: expected 404, got ${listed.status}`)
      }
      const refused = await send('POST', '/management/v1/principals', { body: '{"name":"x"}' })
      demand(
        refused.status === 403,
        `a request without the necessary privilege: expected 403, got ${refused.status}`,
      )
      return `${hashForms.length} forms`
    },
  },
  {
    row: 'S23',
    name: 'sigv4-forged',
    about: 'a forged signature, an unknown access key and another scope are refused with one answer',
    async run(fixture) {
      const { lab, client, keys, send } = await openSigner(fixture)
      const other = await addAccessKey(lab, client.name)
      const forged: readonly (readonly [string, S3Keys])[] = [
        ['another secret', { ...keys, secretAccessKey: 'x'.repeat(43) }],
        ['the secret of the other access key', { ...keys, secretAccessKey: other.secretAccessKey }],
        ['an unknown access key', { ...keys, accessKeyId: `${keys.accessKeyId.slice(0, -4)}AAAA` }],
        ['an access key of AWS', { ...keys, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }],
      ]
      const answers = new Set<string>()
      for (const [what, wrong] of forged) {
        for (const form of hashForms) {
          const body = newNamespace()
          const response = sendSigned(lab.uri, wrong, 'POST', namespaces(lab), { form, body })
          await refuses(response, `${what}, ${form}`)
          answers.add((await response).text)
        }
      }
      demand(
        answers.size === 1,
        `all refusals must have the same response, but the responses are ${[...answers].join(' and ')}`,
      )
      await refuses(send('GET', whoami, { service: 's3' }), 'a signature for another service')
      await refuses(send('GET', whoami, { tamper: withoutSignature }), 'a request without its signature')
      return `${forged.length * hashForms.length} forged requests were refused`
    },
  },
  {
    row: 'S23',
    name: 'sigv4-replayed',
    about: 'a signature is valid for 5 minutes, and only for its method, path, query, host, headers and body',
    async run(fixture) {
      const { lab, send } = await openSigner(fixture)
      const target = `${namespaces(lab)}?pageSize=2`
      for (const shift of [-validMs - 2_000, validMs + 2_000]) {
        for (const form of hashForms)
          await refuses(send('GET', target, { form, at: new Date(Date.now() + shift) }), `${shift} ms`)
      }
      const at = new Date(Date.now() - validMs + 20_000)
      for (let times = 0; times < 2; times += 1) {
        const { status } = await send('GET', target, { at })
        demand(status === 200, `an equal request within 5 minutes: expected 200, got ${status}`)
      }
      const moves = Object.entries(replays)
      for (const form of hashForms) {
        for (const [what, tamper] of moves) {
          const body = newNamespace()
          await refuses(send('POST', `${namespaces(lab)}?x=1`, { form, body, tamper }), `${what}, ${form}`)
        }
      }
      return `${moves.length * hashForms.length} changed requests were refused`
    },
  },
  {
    row: 'S23',
    name: 'sigv4-removed',
    about: 'an access key that was removed, or whose principal was disabled, is refused at once',
    async run(fixture) {
      const { lab, client, keys, send } = await openSigner(fixture)
      const second = await addAccessKey(lab, client.name)
      const third = await lab.manage('POST', `principals/${client.name}/access-keys`)
      demand(third.status === 409, `a third access key: expected 409, got ${third.status}`)
      const listed = JSON.stringify(await lab.must('GET', `principals/${client.name}/access-keys`))
      demand(listed.includes(keys.accessKeyId), 'the list has no access key id')
      demand(!listed.includes(keys.secretAccessKey), 'the secret is shown again')
      demand((await send('GET', whoami)).status === 200, 'the access key is not accepted')
      await lab.must('DELETE', `principals/${client.name}/access-keys/${keys.accessKeyId}`)
      await refuses(send('GET', whoami), 'a request with a removed access key')
      const bySecond = (): ReturnType<typeof sendSigned> => sendSigned(lab.uri, second, 'GET', whoami)
      demand((await bySecond()).status === 200, 'the other access key is not accepted')
      await lab.must('POST', `principals/${client.name}/disable`)
      await refuses(bySecond(), 'a disabled principal')
      await lab.must('POST', `principals/${client.name}/enable`)
      demand(
        (await bySecond()).status === 200,
        'requests of the principal are refused although it was enabled again',
      )
      return undefined
    },
  },
]

const replays: Readonly<Record<string, (request: SentRequest) => SentRequest>> = {
  'another method': (request) => ({ ...request, method: 'GET' }),
  'another path': (request) => ({
    ...request,
    target: request.target.replace('namespaces', 'namespaces/n/properties'),
  }),
  'another query': (request) => ({ ...request, target: request.target.replace('x=1', 'x=2') }),
  'no query': (request) => ({ ...request, target: request.target.replace('?x=1', '') }),
  'another host': (request) => withHeader(request, 'host', 'other.example'),
  'another content type': (request) => withHeader(request, 'content-type', 'application/json; charset=utf-8'),
  'an added delegation': (request) =>
    withHeader(request, 'x-iceberg-access-delegation', 'vended-credentials'),
  'a token below the signature': (request) => withHeader(request, 'original-authorization', 'Bearer abc'),
  'another body': (request) => ({ ...request, body: request.body.replace('n_', 'm_') }),
  'a body that is not JSON': (request) => ({ ...request, body: '{'.repeat(request.body.length) }),
  'no body': (request) => ({ ...request, body: '' }),
}

function withoutSignature(request: SentRequest): SentRequest {
  return { ...request, headers: request.headers.filter(([name]) => name !== 'authorization') }
}

function withHeader(request: SentRequest, name: string, value: string): SentRequest {
  return { ...request, headers: [...request.headers.filter(([each]) => each !== name), [name, value]] }
}
