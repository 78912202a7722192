import type { Architecture } from './architecture.ts'
import { fetchNpm } from './fetch-npm.ts'
import { readLockFile } from './lock-file.ts'
import type { Pins } from './pins.ts'

/** Returns the name of the npm package that contains Node for an architecture. */
export function nodePackage({ npm }: Architecture): string {
  return `node-linux-${npm}`
}

/** Returns the version of Node in `package-lock.json`. */
export function readNodeVersion(): string {
  const version = readLockFile()['node_modules/node']?.version
  if (version === undefined) throw new Error('package-lock.json has no package "node".')
  return version
}

/**
 * Downloads Node for an architecture from npm. Returns the path of the tarball.
 *
 * @throws Error when `package-lock.json` has another version of Node than `pins.json`
 */
export async function fetchNode(pins: Pins, architecture: Architecture): Promise<string> {
  const { version, integrity } = pins.node
  const wanted = readNodeVersion()
  if (wanted !== version)
    throw new Error(
      `package-lock.json has Node ${wanted}, and tools/image/pins.json ${version}. Run "npm run image -- --update".`,
    )
  return fetchNpm(nodePackage(architecture), version, integrity[architecture.name])
}
