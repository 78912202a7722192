import type { Properties } from '@headgate/auth'
import { installMinio, startMinio } from '../lib/minio.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { keepOut, letIn, type Probe, type VerifierReport } from './checks.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/**
 * Percent-encoded object keys that URL parsers do not change. Some are strictly encoded, and others are encoded like
 * WHATWG URLs.
 */
const keys = [
  'plain',
  'a%20b',
  'a%2Bb',
  'a%25b',
  'caf%C3%A9',
  '%E8%A1%A8/%F0%9F%98%80',
  '%21%27%28%29%2A',
  "raw!'()*",
  'raw$,;:@=~-._',
  'raw+plus',
  'arn%3Aaws%3As3tables',
] as const

/**
 * Starts MinIO, which verifies signatures independently, and sends it S3 requests that are signed in headers, in the
 * query, and with the keys of a role.
 */
export async function againstMinio(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
): Promise<VerifierReport> {
  const report: VerifierReport = { name: 'MinIO', accepted: 0, refused: 0, failures: [] }
  const minio = await startMinio(keeper, {
    binary: await installMinio(keeper, say),
    folder,
    buckets: ['lake'],
  })
  const { accessKeyId, secretAccessKey } = minio.storage('lake')
  const root: Properties = {
    'rest.auth.type': 'sigv4',
    'rest.auth.sigv4.region': 'us-east-1',
    'rest.auth.sigv4.service': 's3',
    'rest.auth.sigv4.access-key-id': accessKeyId,
    'rest.auth.sigv4.secret-access-key': secretAccessKey,
  }
  const session: Properties = {
    ...root,
    'rest.auth.sigv4.role-arn': 'arn:aws:iam::000000000000:role/any',
    'rest.auth.sigv4.sts-endpoint': minio.endpoint,
  }
  for (const [who, properties] of [
    ['root', root],
    ['a session', session],
  ] as const) {
    for (const form of ['header', 'query']) {
      const all = probes(minio.endpoint, `${who}, ${form}`, { ...properties, 'rest.auth.sigv4.form': form })
      for (const probe of all) await letIn(report, probe)
    }
  }
  for (const probe of probes(minio.endpoint, 'root, header', root).slice(0, 4)) {
    await keepOut(report, { ...probe, elsewhere: `${minio.endpoint}/lake/another` })
  }
  await minio.process.stop()
  return report
}

function probes(endpoint: string, who: string, properties: Properties): Probe[] {
  const unsigned = { ...properties, 'rest.auth.sigv4.payload': 'unsigned' }
  const signed = { ...properties, 'rest.auth.sigv4.payload': 'signed' }
  return [
    ...keys.flatMap((key): Probe[] => {
      const url = `${endpoint}/lake/${key}`
      return [
        {
          what: `${who}, put`,
          method: 'PUT',
          url,
          body: bytes(key),
          headers: [['X-Amz-Meta-A', '  two   spaces ']],
          properties,
        },
        { what: `${who}, get`, method: 'GET', url, headers: [['Range', 'bytes=0-1']], properties },
      ]
    }),
    {
      what: `${who}, list`,
      method: 'GET',
      url: `${endpoint}/lake?list-type=2&prefix=a%20b&delimiter=%2F&start-after=`,
      properties,
    },
    {
      what: `${who}, list with a plus`,
      method: 'GET',
      url: `${endpoint}/lake?list-type=2&prefix=a+b*&encoding-type=url`,
      properties,
    },
    { what: `${who}, subresource`, method: 'GET', url: `${endpoint}/lake?location`, properties },
    {
      what: `${who}, unsigned body`,
      method: 'PUT',
      url: `${endpoint}/lake/unsigned`,
      body: bytes('x'),
      properties: unsigned,
    },
    {
      what: `${who}, signed body`,
      method: 'PUT',
      url: `${endpoint}/lake/signed`,
      body: bytes('x'),
      properties: signed,
    },
    { what: `${who}, list of buckets`, method: 'GET', url: endpoint, properties },
    ...keys.map((key): Probe => ({
      what: `${who}, delete`,
      method: 'DELETE',
      url: `${endpoint}/lake/${key}`,
      properties,
    })),
  ]
}
