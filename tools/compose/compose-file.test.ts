import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { storeVersion } from './install-parts.ts'

const deploy = join(import.meta.dirname, '../../deploy')
const text = readFileSync(join(deploy, 'compose.yaml'), 'utf8')
const { services } = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, { readonly image: string; readonly ports?: readonly string[] }>>
}

/** Runs `create-env.sh`, and returns the variables that it prints, keyed by name. */
function createVariables(): ReadonlyMap<string, string> {
  const output = execFileSync('sh', [join(deploy, 'compose/create-env.sh')], { encoding: 'utf8' })
  return new Map(
    output
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

test('create-env.sh prints every variable that the compose file requires', () => {
  const required = new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name))
  expect(new Set(createVariables().keys())).toEqual(required)
})

test('create-env.sh prints secrets in the required formats, and new ones in each run', () => {
  const variables = createVariables()
  expect(Buffer.from(variables.get('HEADGATE_MASTER_KEY') ?? '', 'base64')).toHaveLength(32)
  expect(variables.get('TRINO_SECRET')).toMatch(/^[\w-]{43}$/)
  // The password is part of a URL, so it must not contain reserved characters.
  expect(variables.get('POSTGRES_PASSWORD')).toMatch(/^[\da-f]{48}$/)
  expect(variables.get('STORE_SECRET_KEY')).toMatch(/^[\da-f]{48}$/)
  const again = createVariables()
  for (const [name, value] of variables) expect(again.get(name), name).not.toBe(value)
})

test('the compose file runs the version of Headgate that packages/cli/package.json states', () => {
  const manifest = readFileSync(join(deploy, '../packages/cli/package.json'), 'utf8')
  const { version } = JSON.parse(manifest) as { readonly version: string }
  expect([...text.matchAll(/HEADGATE_VERSION:-([^}]+)/g)].map(([, found]) => found)).toEqual([version])
})

test('the compose file runs the version of the S3 store that compose:check builds', () => {
  expect(services['store']?.image).toBe(`ghcr.io/versity/versitygw:${storeVersion}`)
})

test('the compose file publishes ports on 127.0.0.1 only', () => {
  const ports = Object.values(services).flatMap((service) => service.ports ?? [])
  expect(ports.length).toBeGreaterThan(2)
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
})
