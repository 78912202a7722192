import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { snippets } from './snippets.ts'

const facts = { url: 'http://127.0.0.1:8181', warehouse: 'lakehouse', local: false, gateway: null }

const sparkCommand = (credentialFile: string | null): string =>
  snippets({ ...facts, credentialFile }).find(({ title }) => title.startsWith('Spark'))?.text ?? ''

test('the Spark command, pasted into a shell, has the credential where no list of processes shows it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate snippets '))
  const credentialFile = join(folder, "it's the credential")
  await writeFile(credentialFile, 'admin:s3cret\n')
  // Stands for Spark: tells how it was called.
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

test('no snippet asks for a credential where none is needed', () => {
  for (const { text } of snippets({ ...facts, credentialFile: null })) expect(text).not.toMatch(/credential/i)
})
