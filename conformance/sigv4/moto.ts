import { dirname, join } from 'node:path'
import type { Properties } from '@headgate/auth'
import { freePort } from '../lib/free-port.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { responds, waitUntilReady } from '../lib/wait-until-ready.ts'
import { keepAway, keepOut, letIn, type Probe, type VerifierReport } from './checks.ts'

/** Number of first calls that moto accepts without a signature. They create the user, its rights and its access key. */
const UNSIGNED_CALLS = 3

const json = (target: string): [string, string][] => [
  ['Content-Type', 'application/x-amz-json-1.1'],
  ['X-Amz-Target', `AWSGlue.${target}`],
]

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const form = [['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8']] as const

/**
 * Starts moto, which verifies signatures with the code of botocore and supports IAM users, and sends requests for each
 * AWS service to it.
 */
export async function againstMoto(
  keeper: ProcessKeeper,
  python: string,
  folder: string,
): Promise<VerifierReport> {
  const report: VerifierReport = { name: 'moto 5.2.5', accepted: 0, refused: 0, failures: [] }
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const moto = keeper.start({
    name: 'moto',
    command: join(dirname(python), 'moto_server'),
    args: ['-H', '127.0.0.1', '-p', String(port)],
    env: { INITIAL_NO_AUTH_ACTION_COUNT: String(UNSIGNED_CALLS) },
    log: join(folder, 'moto.log'),
  })
  await waitUntilReady(moto, () => responds(`${url}/moto-api/`), 60_000)
  const user = await makeUser('tester', '*', async (parameters) => await unsignedIam(url, parameters))

  for (const probe of probes(url, user)) await letIn(report, probe)
  for (const probe of probes(url, user).filter(({ forge }) => forge)) await keepOut(report, probe)

  const role = {
    ...user,
    'rest.auth.sigv4.role-arn': await makeRole(report, url, user),
    'rest.auth.sigv4.sts-endpoint': url,
  }
  for (const service of enforced) {
    for (const probe of probes(url, role).filter(
      ({ properties }) => properties['rest.auth.sigv4.service'] === service,
    )) {
      await letIn(report, { ...probe, what: `${probe.what} as a role` })
    }
  }
  await policiesCount(report, url, user)
  await moto.stop()
  return report
}

const enforced = ['glue', 's3tables', 'execute-api', 's3'] as const

/**
 * Checks users with rights on only one service. Every service accepts their signatures, but only this service
 * authorizes their requests.
 */
async function policiesCount(report: VerifierReport, url: string, admin: Properties): Promise<void> {
  for (const service of enforced) {
    const only = await makeUser(
      `only-${service}`,
      `${service}:*`,
      async (parameters) => await signedIam(report, url, admin, parameters),
    )
    for (const probe of probes(url, only).filter(({ forge }) => forge)) {
      const what = `${probe.what}, by a user with rights only on ${service}`
      if (probe.properties['rest.auth.sigv4.service'] === service) await letIn(report, { ...probe, what })
      else await keepAway(report, { ...probe, what })
    }
  }
}

function probes(url: string, user: Properties): Probe[] {
  const of = (service: string, more: Properties = {}): Properties => ({
    ...user,
    'rest.auth.sigv4.service': service,
    ...more,
  })
  // Omits the header with the hash of the body, because moto uses the hash in this header without comparing it with
  // the body.
  const hashed = { 'rest.auth.sigv4.payload-header': 'none' }
  const base64 = { 'rest.auth.sigv4.payload-header': 'base64' }
  const bucket = encodeURIComponent('arn:aws:s3tables:us-east-1:123456789012:bucket/lake')
  const keys = ['plain', 'a b', 'a+b', 'a%b', 'café', '表/😀', "!'()*", 'a=b&c;d,e:f@g$h', 'a//b']
  return [
    {
      what: 'glue',
      forge: true,
      method: 'POST',
      url: `${url}/`,
      headers: json('GetDatabases'),
      body: bytes('{}'),
      properties: of('glue', hashed),
    },
    {
      what: 'glue, odd headers',
      method: 'POST',
      url: `${url}/`,
      headers: [...json('GetDatabases'), ['X-Custom', '  a   b ,c '], ['x-two', '1'], ['X-Two', ' 2']],
      body: bytes('{ "MaxResults": 10 }'),
      properties: of('glue', { 'rest.auth.sigv4.payload-header': 'none' }),
    },
    {
      what: 's3tables, create',
      forge: true,
      elsewhere: `${url}/get-table`,
      method: 'PUT',
      url: `${url}/buckets`,
      body: bytes('{"name":"lake"}'),
      properties: of('s3tables', hashed),
    },
    {
      what: 's3tables, list',
      forge: true,
      elsewhere: `${url}/buckets/x`,
      method: 'GET',
      url: `${url}/buckets?prefix=l%20%2B&maxBuckets=10`,
      properties: of('s3tables'),
    },
    {
      what: 's3tables, a plus for a space',
      method: 'GET',
      url: `${url}/buckets?prefix=a+b*`,
      properties: of('s3tables'),
    },
    {
      what: 's3tables, ARN in the path',
      method: 'GET',
      url: `${url}/buckets/${bucket}`,
      properties: of('s3tables'),
    },
    {
      what: 's3tables, namespace',
      method: 'PUT',
      url: `${url}/namespaces/${bucket}`,
      body: bytes('{"namespace":["a"]}'),
      properties: of('s3tables'),
    },
    {
      what: 's3tables, list of tables',
      method: 'GET',
      url: `${url}/tables/${bucket}?namespace=a%1Fb&prefix=caf%C3%A9`,
      properties: of('s3tables'),
    },
    {
      what: 'execute-api',
      forge: true,
      elsewhere: `${url}/@connections/other`,
      method: 'POST',
      url: `${url}/@connections/a%3D%2B`,
      body: bytes('{"a":1}'),
      properties: of('execute-api', hashed),
    },
    ...['a%3D', 'a%1Fb', 'caf%C3%A9', "raw!'()*$,;:@", 'arn%3Aaws%3As3tables%2Fx', '%252F'].map(
      (id): Probe => {
        return {
          what: `execute-api, ${id}`,
          method: 'GET',
          url: `${url}/@connections/${id}`,
          properties: of('execute-api'),
        }
      },
    ),
    { what: 's3, bucket', forge: true, method: 'PUT', url: `${url}/lake`, properties: of('s3') },
    ...keys.flatMap((key): Probe[] => {
      const path = `${url}/lake/${key.split('/').map(strict).join('/')}`
      return [
        { what: `s3, put ${key}`, method: 'PUT', url: path, body: bytes(key), properties: of('s3') },
        { what: `s3, get ${key}`, method: 'GET', url: path, properties: of('s3') },
      ]
    }),
    {
      what: 's3, list',
      forge: true,
      elsewhere: `${url}/other`,
      method: 'GET',
      url: `${url}/lake?list-type=2&prefix=a%20b&delimiter=%2F`,
      properties: of('s3'),
    },
    {
      what: 's3, unsigned body',
      method: 'PUT',
      url: `${url}/lake/u`,
      body: bytes('x'),
      properties: of('s3', { 'rest.auth.sigv4.payload': 'unsigned' }),
    },
    {
      what: 'glue, base64 for no body',
      method: 'GET',
      url: `${url}/`,
      headers: json('GetDatabases'),
      properties: of('glue', base64),
    },
  ]
}

function strict(part: string): string {
  return encodeURIComponent(part).replaceAll(
    /[!'()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Calls an IAM action and returns the text of the response. */
type Iam = (parameters: Record<string, string>) => Promise<string>

const allow = (action: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
  })

/** Creates an IAM user with the given rights, and returns the auth properties of the user. */
async function makeUser(name: string, action: string, iam: Iam): Promise<Properties> {
  await iam({ Action: 'CreateUser', UserName: name })
  await iam({ Action: 'PutUserPolicy', UserName: name, PolicyName: 'own', PolicyDocument: allow(action) })
  const response = await iam({ Action: 'CreateAccessKey', UserName: name })
  return {
    'rest.auth.type': 'sigv4',
    'rest.auth.sigv4.region': 'us-east-1',
    'rest.auth.sigv4.access-key-id': element(response, 'AccessKeyId'),
    'rest.auth.sigv4.secret-access-key': element(response, 'SecretAccessKey'),
  }
}

/** Calls an IAM action without a signature, which moto accepts for the first calls. */
async function unsignedIam(url: string, parameters: Record<string, string>): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      Authorization:
        'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=x',
    },
    body: new URLSearchParams({ ...parameters, Version: '2010-05-08' }),
    signal: AbortSignal.timeout(20_000),
  })
  const text = await response.text()
  if (!response.ok)
    throw new Error(`moto refused ${parameters['Action']}: ${response.status} ${text.slice(0, 300)}`)
  return text
}

async function signedIam(
  report: VerifierReport,
  url: string,
  user: Properties,
  parameters: Record<string, string>,
): Promise<string> {
  return await letIn(report, {
    what: `iam, ${parameters['Action']}`,
    method: 'POST',
    url: `${url}/`,
    headers: form,
    body: bytes(new URLSearchParams({ ...parameters, Version: '2010-05-08' }).toString()),
    properties: { ...user, 'rest.auth.sigv4.service': 'iam' },
  })
}

/** Creates an IAM role that the user may assume, and returns the ARN of the role. The calls are signed. */
async function makeRole(report: VerifierReport, url: string, user: Properties): Promise<string> {
  const call: Iam = async (parameters) => await signedIam(report, url, user, parameters)
  const anybody = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
  }
  const role = await call({
    Action: 'CreateRole',
    RoleName: 'reader',
    AssumeRolePolicyDocument: JSON.stringify(anybody),
  })
  await call({ Action: 'PutRolePolicy', RoleName: 'reader', PolicyName: 'all', PolicyDocument: allow('*') })
  return element(role, 'Arn')
}

function element(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
  if (text === undefined) throw new Error(`moto returned no ${name}: ${xml.slice(0, 300)}`)
  return text
}
