// Usage: node .ci/complete-lock.mjs. Run it after `npm install` has rewritten package-lock.json. If the registry does
// not have the optional packages of other platforms, npm omits them from the lock file, and `npm ci` then refuses the
// file as incomplete. This program adds them again, and reads the platform of each package from its name.
import { readFileSync, writeFileSync } from 'node:fs'

const path = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(path, 'utf8'))
const cpus = ['arm64', 'x64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32']
const systems = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'openharmony',
  'win32',
  'windows',
  'aix',
  'netbsd',
  'openbsd',
  'sunos',
]

for (const [, owner] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`
    if (lock.packages[key]) continue
    const words = name.split('/').at(-1).split('-')
    const os = systems.find((system) => words.includes(system))
    const cpu = cpus.find((candidate) => words.includes(candidate))
    if (!os || !/^\d/.test(version)) continue
    const libc = os === 'linux' && words.some((word) => word.startsWith('musl')) ? { libc: ['musl'] } : {}
    const dev = owner.dev ? { dev: true } : {}
    lock.packages[key] = {
      version,
      ...(cpu ? { cpu: [cpu] } : {}),
      ...dev,
      ...libc,
      optional: true,
      os: [os === 'windows' ? 'win32' : os],
    }
    console.log(`added ${name}`)
  }
}
const [root, ...rest] = Object.entries(lock.packages)
lock.packages = Object.fromEntries([root, ...rest.toSorted(([a], [b]) => (a < b ? -1 : 1))])
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
