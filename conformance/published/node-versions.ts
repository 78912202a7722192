import { join } from 'node:path'
import { npmFolder } from '../lib/npm-folder.ts'
import { cacheFolder } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'

/**
 * Versions of Node that the checks use. `supported`: the oldest supported and the current version. `tooOld`: an
 * unsupported version with which npm still works. `ancient`: a much older version.
 */
export interface NodeVersions {
  readonly supported: readonly NodeVersion[]
  readonly tooOld: NodeVersion
  readonly ancient: NodeVersion
}

export interface NodeVersion {
  readonly version: string
  readonly command: string
}

/** Oldest version of Node that `engines` of `packages/cli/package.json` allows. */
const oldestNode = '22.15.0'
const tooOldNode = '20.20.2'
const ancientNode = '12.14.0'

/** Installs old versions of Node from npm. The current version is the Node of this process. */
export async function installNodeVersions(
  keeper: ProcessKeeper,
  say: (line: string) => void,
): Promise<NodeVersions> {
  const name = `node-${process.platform}-${process.arch}`
  const versions = [oldestNode, tooOldNode, ancientNode]
  const aliases = versions.map((version) => `node-${version}@npm:${name}@${version}`)
  const folder = await npmFolder(keeper, cacheFolder('node-versions'), aliases, say)
  const installed = (version: string): NodeVersion => ({
    version,
    command: join(folder, 'node_modules', `node-${version}`, 'bin/node'),
  })
  return {
    supported: [installed(oldestNode), { version: process.versions.node, command: process.execPath }],
    tooOld: installed(tooOldNode),
    ancient: installed(ancientNode),
  }
}
