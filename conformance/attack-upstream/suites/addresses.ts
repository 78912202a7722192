import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Random } from '../../attack/random.ts'
import type { Fixture } from '../fixture.ts'
import type { Evidence, Seen, Suite } from '../suite.ts'

/**
 * Addresses in the server's own network, in spellings that URL parsers read differently. `PORT` is replaced by the
 * port of the server that must not be reached.
 */
const addresses = [
  'http://127.0.0.1:PORT',
  'http://127.1:PORT',
  'http://2130706433:PORT',
  'http://0177.0.0.1:PORT',
  'http://0x7f.0x0.0x0.0x1:PORT',
  'http://0x7f000001:PORT',
  'http://127.0.0.1.:PORT',
  'http://localhost:PORT',
  'http://LOCALHOST.:PORT',
  'http://x.localhost:PORT',
  'http://[::1]:PORT',
  'http://[::ffff:127.0.0.1]:PORT',
  'http://[::ffff:7f00:1]:PORT',
  'http://[0:0:0:0:0:0:0:1]:PORT',
  'http://0.0.0.0:PORT',
  'http://0:PORT',
  'http://[::]:PORT',
  'http://①②⑦.⓪.⓪.①:PORT',
  'http://127。0。0。1:PORT',
  'http://169.254.169.254/latest',
  'http://[fe80::1]/',
  'http://[fd00:ec2::254]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[2002:7f00:1::]/',
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://192.168.0.1/',
  'http://100.64.0.1/',
  'http://198.18.0.1/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
  'http://user:pw@127.0.0.1:PORT',
  'http://127.0.0.1:PORT#@example.com',
  ' http://127.0.0.1:PORT',
  'http:\\\\127.0.0.1:PORT',
  'http://example.com\\@127.0.0.1:PORT',
  'gopher://127.0.0.1:PORT',
  'file:///etc/passwd',
  'unix:/var/run/docker.sock',
]

/** Suite in which a principal that may create warehouses names private addresses as upstream or token endpoint. */
export const privateAddresses: Suite = {
  name: 'private-addresses',
  about: 'addresses in the own network, in any spelling, as upstream and as endpoint of tokens',
  weight: 3,
  async attack(fixture, random) {
    const address = random.pick(addresses).replace('PORT', new URL(fixture.trap.url).port)
    const field = random.pick(['uri', 'token-endpoint', 'issuer-url', 'sts-endpoint', 'legacy', 'authRead'])
    return await create(fixture, `${field} ${address}`, upstreamWith(field, address), random)
  },
}

function upstreamWith(field: string, address: string): object {
  const uri = 'https://catalog.example.com/api'
  if (field === 'uri') return { uri: address }
  if (field === 'sts-endpoint') {
    const auth = {
      'rest.auth.type': 'sigv4',
      'rest.auth.sigv4.region': 'eu-central-1',
      'rest.auth.sigv4.access-key-id': 'k',
      'rest.auth.sigv4.role-arn': 'arn:aws:iam::1:role/r',
      'rest.auth.sigv4.sts-endpoint': address,
    }
    return { uri, auth, secrets: { 'rest.auth.sigv4.secret-access-key': 's' } }
  }
  const type = field === 'legacy' ? 'iceberg-legacy' : 'oauth2'
  const property = field === 'issuer-url' ? 'issuer-url' : 'token-endpoint'
  const auth = { 'rest.auth.type': type, [`rest.auth.${type}.${property}`]: address }
  const secrets = { [`rest.auth.${type}.credential`]: 'id:secret' }
  return field === 'authRead' ? { uri, authRead: auth, secretsRead: secrets } : { uri, auth, secrets }
}

/**
 * Auth properties that would make the server run programs, read files, load packages or use the identity of its
 * machine.
 */
const tricks: readonly Readonly<Record<string, string>>[] = [
  { 'rest.auth.type': 'command', 'rest.auth.command.line': 'touch MARK' },
  { 'rest.auth.type': 'login', 'rest.auth.login.target': 'x' },
  { 'rest.auth.type': 'google' },
  { 'rest.auth.type': 'entra' },
  { 'rest.auth.type': 'sigv4', 'rest.auth.sigv4.region': 'r' },
  { 'rest.auth.type': 'sigv4', 'rest.auth.sigv4.region': 'r', 'rest.auth.sigv4.profile': 'default' },
  { 'rest.auth.type': 'sigv4', 'rest.auth.sigv4.region': 'r', 'rest.auth.sigv4.credentials': 'instance' },
  { 'rest.auth.type': 'sigv4', 'rest.auth.sigv4.access-key-id': 'k', 'rest.auth.sigv4.region': 'x.evil/#' },
  { 'rest.auth.type': 'sigv4a', 'rest.auth.sigv4a.access-key-id': 'k' },
  { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token-file': '/etc/passwd' },
  { 'rest.auth.type': 'oauth2', 'rest.auth.oauth2.client-secret-file': '/etc/passwd' },
  { 'rest.auth.type': 'oauth2', 'rest.auth.oauth2.private-key-file': '/etc/passwd' },
  { 'rest.auth.type': 'oauth2', 'rest.auth.package': '@evil/auth' },
  { 'rest.auth.package': '@evil/auth' },
  { 'rest.auth.impl': 'org.evil.Auth' },
  { 'rest.auth.type': '__proto__' },
  { 'rest.auth.type': 'bearer', token: 'x' },
  { 'rest.auth.type': 'none', 'header.Authorization': 'x' },
  { 'rest.auth.type': 'headers', 'rest.auth.headers.Host': 'x' },
  { credential_process: 'touch MARK' },
  { 'rest.auth.type': 'BEARER ' },
]

/**
 * Suite in which a principal that may create warehouses sets dangerous properties in `auth`, `authRead` and `headers`.
 */
export const properties: Suite = {
  name: 'properties',
  about:
    'properties of auth providers that run programs, read files, load packages or use the machine’s identity',
  weight: 2,
  async attack(fixture, random) {
    const mark = join(tmpdir(), `headgate-attack-mark-${process.pid}`)
    const trick = Object.fromEntries(
      Object.entries(random.pick(tricks)).map(([name, value]) => [name, value.replace('MARK', mark)]),
    )
    const uri = 'https://catalog.example.com/api'
    const field = random.pick(['auth', 'authRead', 'secrets', 'headers'])
    const upstream =
      field === 'headers'
        ? {
            uri,
            headers: random.pick([
              { Authorization: 'x' },
              { Host: 'x' },
              { 'x-a': 'b\r\nc: d' },
              { Cookie: 'x' },
            ]),
          }
        : { uri, [field]: trick }
    const evidence = await create(fixture, `${field} ${JSON.stringify(upstream)}`, upstream, random)
    if (!existsSync(mark)) return evidence
    rmSync(mark)
    return { ...evidence, escapes: [...evidence.escapes, 'a program ran'] }
  },
}

/**
 * Creates an upstream warehouse as the caller `builder`. If the server accepts it, tests its connection, which makes
 * the server send requests.
 */
async function create(fixture: Fixture, what: string, upstream: object, random: Random): Promise<Evidence> {
  const name = `evil-${fixture.count()}`
  const body = {
    name,
    allowedLocations: [`s3://bucket-${name}/`],
    upstream: { credentials: 'none', ...upstream },
  }
  const made = await fixture.build('POST', 'warehouses', { body })
  const seen: Seen[] = [{ status: made.status, text: '' }]
  const escapes: string[] = []
  if (made.status < 300) {
    escapes.push(`the warehouse was created (${made.status})`)
    const used = random.chance(0.5)
      ? await fixture.build('POST', `warehouses/${name}/check`)
      : await fixture.build('GET', `../../v1/${name}/namespaces`)
    seen.push({ status: used.status, text: '' })
    await fixture.front.manage('DELETE', `warehouses/${name}`)
  }
  return { what, seen, escapes }
}
