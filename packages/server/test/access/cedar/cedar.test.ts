import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { everything } from '../../../src/access/compile-policy.ts'
import { decide, serverChain } from '../../../src/access/decide.ts'
import type { Policy } from '../../../src/access/policy.ts'
import { privilegesIn, privilegeBits } from '../../../src/access/privilege-bits.ts'
import type { ObjectNames } from '../../../src/privilege.ts'
import { CedarAuthorizer } from '../../../src/access/cedar/cedar-authorizer.ts'
import { cedarResource } from '../../../src/access/cedar/cedar-entities.ts'
import { readPolicies } from '../../../src/access/cedar/cedar-policies.ts'
import { loadCedar } from '../../../src/access/cedar/load-cedar.ts'
import { openCedar, type OpenCedarOptions } from '../../../src/access/cedar/open-cedar.ts'
import { readPolicyFiles } from '../../../src/access/cedar/policy-files.ts'

const cedar = await loadCedar()
const permit = 'permit(principal, action, resource);'
const idp = 'https://idp.example'

/** Returns a caller whose grants include every privilege. */
function caller(more: Partial<Policy> = {}): Policy {
  const subject = { issuer: idp, subject: 'u-1', login: 'alice', groups: ['analysts'] }
  return { ...everything('alice', 1), subject, roles: ['loaders'], ...more }
}

function authorizer(text: string, onError: (message: string) => void = () => undefined): CedarAuthorizer {
  return new CedarAuthorizer(cedar, readPolicies(cedar, [{ name: 'p.cedar', text }]), onError)
}

const table = (namespace: readonly string[], name = 't'): ObjectNames => ({
  warehouse: 'lake',
  namespace,
  relation: { kind: 'table', name },
})
const all = privilegeBits.manage

/**
 * Returns the privileges on a table of `lake.pii` that `permit` and these policies leave to a caller with all
 * privileges.
 */
function left(policies: string, who: Policy = caller(), on: ObjectNames = table(['pii'])): string[] {
  return privilegesIn(authorizer(`${permit}\n${policies}`).narrow(who, on, all))
}

describe('The rights that Cedar leaves', () => {
  test('the rights of a caller contain what a Cedar policy permits and no policy forbids', () => {
    expect(left('')).toEqual(['use', 'select', 'modify', 'create', 'manage'])
    expect(
      privilegesIn(
        authorizer('permit(principal, action == Headgate::Action::"use", resource);').narrow(
          caller(),
          table(['pii']),
          all,
        ),
      ),
    ).toEqual(['use'])
    expect(left('forbid(principal, action, resource);')).toEqual([])
  })

  test('the rights of a caller lose all privileges that imply a forbidden privilege', () => {
    const without = (privilege: string): string[] =>
      left(`forbid(principal, action == Headgate::Action::"${privilege}", resource);`)
    expect(without('use')).toEqual([])
    expect(without('select')).toEqual(['use', 'create'])
    expect(without('modify')).toEqual(['use', 'select', 'create'])
    expect(without('create')).toEqual(['use', 'select', 'modify'])
    expect(without('manage')).toEqual(['use', 'select', 'modify', 'create'])
  })

  test('Cedar policies never add privileges to those that grants allow', () => {
    const few = authorizer(permit).narrow(caller(), table(['pii']), privilegeBits.select)
    expect(privilegesIn(few)).toEqual(['use', 'select'])
  })

  test("Cedar policies can depend on the caller's groups, roles, subject, login and engine", () => {
    const engine = (client: string): Policy => caller({ engine: { client } as never })
    const unless = (condition: string, who: Policy = caller()): number =>
      left(`forbid(principal, action, resource) unless { ${condition} };`, who).length
    expect(unless(`principal in Headgate::Group::"${idp}#analysts"`)).toBe(5)
    expect(unless(`principal in Headgate::Group::"${idp}#others"`)).toBe(0)
    expect(unless('principal in Headgate::Role::"loaders"')).toBe(5)
    expect(unless(`principal == Headgate::Principal::"${idp}#u-1"`)).toBe(5)
    expect(unless('principal == Headgate::Principal::"u-1"')).toBe(0)
    expect(unless('principal has login && principal.login == "alice"')).toBe(5)
    expect(unless('context has engine && context.engine == "trino"', engine('trino'))).toBe(5)
    expect(unless('context has engine && context.engine == "trino"', engine('spark'))).toBe(0)
    expect(unless('context has engine && context.engine == "trino"')).toBe(0)
  })

  test('a Cedar policy on an object applies to all objects inside the object', () => {
    const inside = (place: string, on: ObjectNames): boolean =>
      left(`forbid(principal, action, resource in Headgate::${place});`, caller(), on).length === 0
    for (const place of [
      'Server::"server"',
      'Warehouse::"lake"',
      'Namespace::"lake/pii"',
      'Namespace::"lake/pii.eu"',
      'Table::"lake/pii.eu/t"',
    ])
      expect(inside(place, table(['pii', 'eu'])), place).toBe(true)
    for (const place of [
      'Warehouse::"other"',
      'Namespace::"lake/eu"',
      'Table::"lake/pii/t"',
      'View::"lake/pii.eu/t"',
    ])
      expect(inside(place, table(['pii', 'eu'])), place).toBe(false)
    expect(inside('Warehouse::"lake"', serverChain.names)).toBe(false)
  })

  test('each object has a different Cedar entity id, also when names contain separators', () => {
    const names = [
      table(['a.b']),
      table(['a', 'b']),
      table(['a/b']),
      table(['a'], 'b/t'),
      table(['a%2Eb']),
      table(['a'], 't.u'),
    ]
    const ids = names.map((name) => cedarResource(name).uid.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('a caller has no rights when the evaluation of a policy fails', () => {
    const onError = vi.fn()
    const overflow = `@id("sum") forbid(principal, action, resource) when { 9223372036854775807 + 1 == 0 };`
    const strict = authorizer(`${permit}\n${overflow}`, onError)
    expect(strict.narrow(caller(), table(['x']), all)).toBe(0)
    expect(strict.forbidding(caller(), table(['x']), 'select')).toEqual(['sum'])
    expect(onError).toHaveBeenCalledWith(expect.stringMatching(/^sum: .*overflow/))
  })

  test('the authorizer asks Cedar once for each caller, object and privilege, until the policies change', () => {
    const authority = authorizer(permit)
    for (let turn = 0; turn < 3; turn += 1) authority.narrow(caller(), table(['x']), privilegeBits.select)
    expect(authority.counts).toEqual({ evaluations: 2, hits: 4 })
    authority.narrow(caller({ roles: [] }), table(['x']), privilegeBits.select)
    expect(authority.counts.evaluations).toBe(4)
    authority.use({ none: 'forbid(principal, action, resource);' })
    expect(authority.narrow(caller(), table(['x']), privilegeBits.select)).toBe(0)
  })
})

test('a decision names the policies that forbid it by id, or by file and line', () => {
  const chain = { ids: ['t', 'lake'], owners: [], names: table(['pii']) }
  const decided = (policies: string): unknown =>
    decide(caller({ authorizer: authorizer(policies) }), chain, 'modify')
  const forbid = 'forbid(principal, action == Headgate::Action::"modify", resource);'
  expect(decided(`${permit}\n@id("read only")\n${forbid}`)).toMatchObject({
    outcome: 'deny',
    forbiddenBy: ['read only'],
  })
  expect(decided(`${permit}\n\n// no caller writes\n${forbid}`)).toMatchObject({ forbiddenBy: ['p.cedar:4'] })
  expect(decided('permit(principal, action == Headgate::Action::"use", resource);')).toMatchObject({
    outcome: 'deny',
    forbiddenBy: [],
  })
  expect(decided(permit)).toMatchObject({ outcome: 'allow' })
})

test('readPolicies names each policy without an id by a unique file and line, also when policies are equal', () => {
  const forbid = (name: string): string =>
    `forbid(principal == Headgate::Principal::"${name}", action, resource);`
  const lines = [
    '// é, more than a byte',
    ...Array.from({ length: 25 }, (_, index) => forbid(`p${index}`)),
    forbid('p7'),
  ]
  const ids = Object.entries(readPolicies(cedar, [{ name: 'p.cedar', text: lines.join('\n') }]))
  expect(ids).toEqual(lines.slice(1).map((text, index) => [`p.cedar:${index + 2}`, text]))
})

describe('readPolicies refuses, and names the file and line of,', () => {
  test.each([
    [
      'a syntax error',
      `${permit}\nforbid(principal,, action, resource);`,
      /^p\.cedar:2:18: unexpected token/m,
    ],
    [
      'an attribute that there is not',
      `${permit}\n\nforbid(principal, action, resource) when { resource.nme == "x" };`,
      /^p\.cedar:3:\d+: .*`nme`/m,
    ],
    [
      'an action that there is not',
      'permit(principal, action == Headgate::Action::"read", resource);',
      /^p\.cedar:1:\d+: .*Action/m,
    ],
    [
      'a type that there is not',
      'permit(principal == Headgate::User::"a", action, resource);',
      /^p\.cedar:1:\d+: .*User/m,
    ],
    [
      'an id that is taken',
      `@id("a") ${permit}\n@id("a") ${permit}`,
      /^p\.cedar:2: the policy at p\.cedar:1 has the same id a/m,
    ],
    ['a template', 'permit(principal == ?principal, action, resource);', /templates are not supported/],
    ['nothing', '// later', /there is no policy, so Cedar would forbid everything/],
  ])('the authorizer refuses policies with %s', (_, text, expected) => {
    expect(() => authorizer(text)).toThrow(expected)
    expect(() => authorizer(text)).toThrow(/^The Cedar policies cannot be used:/)
  })
})

describe('Policy files', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'headgate-cedar-'))
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))
  /** Writes atomically: the reader of the files must not see a partial file. */
  async function write(name: string, text: string): Promise<void> {
    await writeFile(join(directory, `${name}.new`), text)
    await rename(join(directory, `${name}.new`), join(directory, name))
  }

  test('the server reads policy files of a directory in the order of their names, skips other files, and reports a wrong path', async () => {
    await expect(readPolicyFiles(directory)).rejects.toThrow(/has no file whose name ends in \.cedar/)
    await expect(readPolicyFiles(join(directory, 'none'))).rejects.toThrow(
      /none, which cannot be read: ENOENT/,
    )
    for (const name of ['b.cedar', 'a.cedar', 'README']) await write(name, name)
    expect(await readPolicyFiles(directory)).toEqual([
      { name: 'a.cedar', text: 'a.cedar' },
      { name: 'b.cedar', text: 'b.cedar' },
    ])
    await write('c.cedar', ' '.repeat(1_048_576))
    await expect(readPolicyFiles(directory)).rejects.toThrow(/holds more than 1048576 bytes/)
  })

  test('the server applies changes of policy files, and keeps the former policies and reports the fault once when the new files are invalid', async () => {
    const log = { info: vi.fn(), error: vi.fn() }
    const onChange = vi.fn<OpenCedarOptions['onChange']>(() => Promise.resolve())
    await write('p.cedar', permit)
    await using opened = await openCedar({ path: directory, log, onChange, intervalMs: 5 })
    const may = (): boolean => opened.authorizer.narrow(caller(), table(['x']), all) !== 0
    expect([may(), opened.isCurrent()]).toEqual([true, true])

    await write('p.cedar', 'permit(principal')
    await expect.poll(() => opened.isCurrent()).toBe(false)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(may()).toBe(true)
    expect(log.error.mock.calls).toEqual([
      [
        { path: directory },
        expect.stringMatching(/p\.cedar:1:\d+: [\s\S]*The previous policies stay in use/),
      ],
    ])
    expect(onChange).not.toHaveBeenCalled()

    // The changed policies apply even if `onChange` fails, for example because the store is unavailable.
    onChange.mockRejectedValueOnce(new Error('the store is unavailable'))
    await write('p.cedar', 'forbid(principal, action, resource);')
    await expect.poll(() => onChange.mock.calls.length).toBe(2)
    expect([may(), opened.isCurrent()]).toEqual([false, true])
    expect(log.info).toHaveBeenCalledTimes(1)
  })

  test('a server does not start with invalid policy files', async () => {
    await write('p.cedar', 'permit(principal')
    const log = { info: vi.fn(), error: vi.fn() }
    const opening = openCedar({ path: directory, log, onChange: () => Promise.resolve() })
    await expect(opening).rejects.toThrow(/p\.cedar:1:/)
  })
})
