import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { type SnippetFacts, snippets } from './snippets.ts'

const facts: Omit<SnippetFacts, 'credentialFile'> = {
  url: 'http://127.0.0.1:8181',
  warehouse: 'lakehouse',
  local: false,
  store: { url: 'http://127.0.0.1:8182', region: 'us-east-1', pathStyle: true },
  ask: 'vended-credentials',
}

const sparkCommand = (credentialFile: string | null): string =>
  snippets({ ...facts, credentialFile }).find(({ title }) => title.startsWith('Spark'))?.text ?? ''

test('the Spark command passes the credential in the environment and not in the command line, which other users can read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate snippets '))
  const credentialFile = join(folder, "it's the credential")
  await writeFile(credentialFile, 'admin:s3cret\n')
  // Replaces Spark: prints the credential in its environment and its arguments.
  const stub = join(folder, 'spark-sql')
  await writeFile(stub, '#!/bin/sh\necho "$HEADGATE_CREDENTIAL"\nprintf "%s\\n" "$@"\n')
  await chmod(stub, 0o755)
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` }
  const { stdout } = await promisify(execFile)('sh', ['-c', sparkCommand(credentialFile)], { env })
  await rm(folder, { recursive: true })
  const [credential, ...args] = stdout.trim().split('\n')
  expect(credential).toBe('admin:s3cret')
  expect(args.join(' ')).not.toContain('s3cret')
  expect(args).toContain('spark.sql.catalog.lakehouse.credential=env:HEADGATE_CREDENTIAL')
  expect(args).toContain('spark.sql.catalog.lakehouse.uri=http://127.0.0.1:8181')
})

test('the example commands for an anonymous server contain no credential', () => {
  for (const { text } of snippets({ ...facts, ask: null, credentialFile: null }))
    expect(text).not.toMatch(/credential/i)
})

const textFor = (engine: string, more: Partial<SnippetFacts> = {}): string =>
  snippets({ ...facts, credentialFile: '/home/a/credential', ...more }).find(({ title }) =>
    title.startsWith(engine),
  )?.text ?? ''

test('the Spark command requests storage access, because some warehouses issue it only on request', () => {
  const header = 'spark.sql.catalog.lakehouse.header.X-Iceberg-Access-Delegation'
  expect(textFor('Spark')).toContain(`${header}=vended-credentials`)
  expect(textFor('Spark', { ask: 'remote-signing' })).toContain(`${header}=remote-signing`)
  expect(textFor('Spark', { ask: null })).not.toContain(header)
})

test('the Spark command prevents that Spark uses the AWS keys of the machine', () => {
  expect(textFor('Spark')).toMatch(
    /^AWS_ACCESS_KEY_ID=unused AWS_SECRET_ACCESS_KEY=unused HEADGATE_CREDENTIAL=/,
  )
  // For a warehouse that issues no storage access, Spark may use the AWS keys of the machine.
  expect(textFor('Spark', { ask: null })).not.toContain('AWS_')
})

test('the Trino file contains the S3 endpoint and region of a warehouse that issues storage credentials', () => {
  expect(textFor('Trino')).toContain('s3.endpoint=http://127.0.0.1:8182\ns3.path-style-access=true\n')
  const aws = textFor('Trino', { store: { url: null, region: 'eu-central-1', pathStyle: false } })
  expect(aws).toContain('vended-credentials-enabled=true\nfs.s3.enabled=true\ns3.region=eu-central-1\n')
  expect(aws).not.toContain('s3.endpoint')
})

test('the example commands for DuckDB read the credential from the credential file', () => {
  const text = textFor('DuckDB')
  expect(text).toContain('open("/home/a/credential").read()')
  expect(text).toContain(
    "ATTACH 'lakehouse' AS lakehouse (TYPE iceberg, ENDPOINT 'http://127.0.0.1:8181', SECRET catalog)",
  )
  expect(textFor('DuckDB', { ask: null, credentialFile: null })).toContain(
    "AUTHORIZATION_TYPE 'none', ACCESS_DELEGATION_MODE 'none'",
  )
})

test('the example commands for LanceDB name the namespace of the warehouse, unless requests are signed', () => {
  const text = textFor('LanceDB')
  expect(text).toContain('"uri": "http://127.0.0.1:8181/lance/lakehouse"')
  expect(text).toContain('"header.x-api-key": open("/home/a/credential").read().strip()')
  expect(textFor('LanceDB', { ask: 'remote-signing' })).toBe('')
})
