import { expect, test } from 'vitest'
import { type Bill, type Component, composeBill } from './bill-of-materials.ts'

const facts = { version: '1.2.3', architecture: 'arm64', epoch: 1_800_000_000, components: [] }
const node: Component = { 'bom-ref': 'node@24', type: 'application', name: 'node', version: '24' }

function npmBill(changes: Partial<Component> = {}): string {
  const component: Component = {
    'bom-ref': 'a@1',
    type: 'library',
    name: 'a',
    version: '1',
    licenses: [{ license: { id: 'MIT' } }],
    ...changes,
  }
  const root: Component = { 'bom-ref': 'root@1', type: 'library', name: 'run-4711', version: '1' }
  return JSON.stringify({
    serialNumber: `urn:uuid:${crypto.randomUUID()}`,
    metadata: { timestamp: new Date().toISOString(), component: root },
    components: [component],
    dependencies: [{ ref: 'root@1', dependsOn: ['a@1'] }],
  })
}

function compose(text: string, changes: Partial<typeof facts> = {}): Bill {
  return JSON.parse(composeBill(text, { ...facts, ...changes })) as Bill
}

test('the bill of materials depends only on the content of the image, not on the time or the folder of the build', () => {
  const bill = composeBill(npmBill(), facts)
  expect(composeBill(npmBill(), facts)).toBe(bill)
  expect(compose(npmBill(), { version: '1.2.4' }).serialNumber).not.toBe(compose(npmBill()).serialNumber)
  expect(bill).not.toContain('run-4711')
  expect(compose(npmBill()).serialNumber).toMatch(
    /^urn:uuid:[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/,
  )
})

test('the bill of materials lists components that npm does not know as dependencies of the image', () => {
  const bill = JSON.parse(composeBill(npmBill(), { ...facts, components: [node] })) as Bill
  expect(bill.components.map(({ name }) => name)).toEqual(['a', 'node'])
  expect(bill.dependencies).toEqual([{ ref: 'root@1', dependsOn: ['a@1', 'node@24'] }])
})

test('the bill of materials omits URLs of the registry and of local files, and invalid URLs', () => {
  const externalReferences = [
    { type: 'distribution', url: 'file:/tmp/a.tgz' },
    { type: 'vcs', url: 'git@github.com:a/a.git' },
    { type: 'website', url: 'https://a.example' },
  ]
  expect(compose(npmBill({ externalReferences })).components[0]?.externalReferences).toEqual([
    { type: 'website', url: 'https://a.example' },
  ])
})

test.each([
  ['a licence that is not accepted', [{ license: { id: 'GPL-3.0-only' } }]],
  ['a choice of licences', [{ expression: 'MIT OR GPL-3.0-only' }]],
  ['no licence', []],
])('composeBill refuses a package with %s', (_, licenses) => {
  expect(() => compose(npmBill({ licenses }))).toThrow('a@1')
})
