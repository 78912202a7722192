import { join } from 'node:path'
import { npmFolder } from '../lib/npm-folder.ts'
import { cacheFolder } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'

const versions = { node: '22.23.3', bun: '1.4.5', deno: '2.9.6' } as const

/** JavaScript runtime: a command that runs programs, and the arguments before the file of the program. */
export interface Runtime {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

/**
 * Installs the JavaScript runtimes from npm, each in one exact version: the current Node, the oldest supported Node,
 * Bun and Deno.
 */
export async function installRuntimes(
  keeper: ProcessKeeper,
  say: (line: string) => void,
): Promise<readonly Runtime[]> {
  const { platform, arch } = process
  const system = `${platform}-${arch}`
  const packages = {
    node: `node-${system}`,
    bun: `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`,
    deno: `@deno/${system}${platform === 'linux' ? '-glibc' : ''}`,
  }
  const exact = (['node', 'bun', 'deno'] as const).map((name) => `${packages[name]}@${versions[name]}`)
  const folder = join(await npmFolder(keeper, cacheFolder('runtimes'), exact, say), 'node_modules')
  return [
    { name: `node ${process.versions.node}`, command: process.execPath, args: [] },
    { name: `node ${versions.node}`, command: join(folder, packages.node, 'bin/node'), args: [] },
    // These options prevent Bun and Deno from downloading packages that are not installed.
    { name: `bun ${versions.bun}`, command: join(folder, packages.bun, 'bin/bun'), args: ['--no-install'] },
    {
      name: `deno ${versions.deno}`,
      command: join(folder, packages.deno, 'deno'),
      args: [
        'run',
        '--quiet',
        '--no-prompt',
        '--no-remote',
        '--node-modules-dir=manual',
        '--allow-net=127.0.0.1',
        '--allow-read',
        '--allow-env',
        '--allow-sys',
        '--allow-run',
      ],
    },
  ]
}
