import { modes } from '../fixture.ts'
import { send } from '../send.ts'
import type { Suite } from '../suite.ts'

const pieces = [
  '..',
  '.',
  '/',
  '%2F',
  '%252F',
  '%2e%2e',
  '%5C',
  '\\',
  '%1F',
  '%1f',
  '%00',
  '%0d%0a',
  ';',
  '%3F',
  '%23',
  '?',
  'open',
  'shared',
  'other',
  'mine',
  't',
  'tables',
  'namespaces',
  '%C0%AF',
  '%E2%80%AE',
  '+',
  '%20',
]

/**
 * Suite in which the owner of one namespace tries to reach other objects of the upstream by unusual names. The
 * upstream may receive only paths in this namespace, even if it decodes and resolves them a second time.
 */
export const names: Suite = {
  name: 'names',
  about:
    'path and separator tricks in names: the upstream receives only paths in the namespace of the caller',
  weight: 6,
  async attack(fixture, random) {
    const { root } = fixture.lakes[random.pick(modes)].as.admin
    const trick = Array.from({ length: 1 + random.int(4) }, () => random.pick(pieces)).join('')
    const path = random.pick([
      `${root}namespaces/mine/tables/${trick}`,
      `${root}namespaces/mine${trick}/tables/t`,
      `${root}namespaces/${trick}mine/tables/t`,
      `${root}namespaces/mine%1F${trick}/tables/t`,
      `${root}namespaces/mine%1F${trick}`,
      `${root}namespaces/mine/tables/${trick}/credentials`,
      `${root}namespaces/mine/views/${trick}`,
      `${root}namespaces?parent=mine${encodeURIComponent(trick)}`,
    ])
    const method = random.pick(['GET', 'HEAD', 'DELETE', 'POST'])
    const body =
      method === 'POST'
        ? { requirements: [], updates: [{ action: 'set-properties', updates: { a: 'b' } }] }
        : undefined
    const seen = await send(fixture, 'owner', method, path, body)
    const escapes = fixture.recorder.requests
      .map((request) => request.path)
      .filter((sent) => !staysInside(sent))
      .map((sent) => `the upstream received ${sent}`)
    return { what: `owner: ${method} ${path}`, seen: [seen], escapes }
  },
}

/** Returns whether a path is in the namespace of the caller, however often a server decodes and resolves it. */
function staysInside(sent: string): boolean {
  const { pathname, searchParams } = new URL(sent, 'http://upstream')
  if (pathname === '/v1/config') return true
  const parent = searchParams.get('parent')
  if (parent !== null) return parent === 'mine' || parent.startsWith('mine\u001f')
  const readings = [decoded(pathname), decoded(decoded(pathname)).replaceAll('\\', '/')].map(encodeURI)
  return [pathname, ...readings].every((reading) => {
    const resolved = new URL(reading, 'http://upstream').pathname
    return /^\/v1\/[^/]+\/namespaces\/mine(%1F[^/]*)?(\/.*)?$/i.test(resolved)
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
