import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Architecture } from './architecture.ts'
import { type Component, debianComponent, nodeComponent } from './bill-of-materials.ts'
import { debianPackages } from './debian-packages.ts'
import { extractPackage } from './extract-package.ts'
import type { DebianDownloads } from './fetch-debian.ts'
import { fetchNode, nodePackage } from './fetch-node.ts'
import type { Pins } from './pins.ts'
import { runTool } from './run-tool.ts'

/** User id and group id of the server in an image. */
export const userId = 65_532

const files: Readonly<Record<string, string>> = {
  'etc/passwd':
    'root:x:0:0:root:/root:/usr/sbin/nologin\n' +
    `headgate:x:${userId}:${userId}:Headgate:/var/lib/headgate:/usr/sbin/nologin\n`,
  'etc/group': `root:x:0:\nheadgate:x:${userId}:\n`,
  // Without this file, some versions of glibc do not read /etc/hosts.
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
}

/**
 * Empty folders over which container runtimes mount file systems. A runtime cannot create them in a read-only root
 * file system.
 */
const mountPoints = ['dev', 'proc', 'sys', 'run', 'tmp', 'root']

const links: Readonly<Record<string, string>> = {
  bin: 'usr/bin',
  lib: 'usr/lib',
  'etc/os-release': '../usr/lib/os-release',
}

/**
 * Creates the base layer of an image: the C library, the certificates of public authorities, Node, and the user of the
 * server.
 */
export async function createBaseLayer(
  root: string,
  {
    pins,
    downloads,
    architecture,
  }: { readonly pins: Pins; readonly downloads: DebianDownloads; readonly architecture: Architecture },
): Promise<readonly Component[]> {
  for (const name of mountPoints) mkdirSync(join(root, name), { recursive: true })
  chmodSync(join(root, 'tmp'), 0o1777)
  chmodSync(join(root, 'root'), 0o700)
  const components: Component[] = []
  for (const wanted of debianPackages) {
    if (!wanted.flavors.includes('server')) continue
    const fetched = await downloads.fetch(architecture.name, wanted.name)
    await extractPackage(wanted, fetched, root)
    components.push(debianComponent(fetched, architecture.name))
  }
  await installNode(await fetchNode(pins, architecture), root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  // On amd64, programs expect the dynamic linker in /lib64.
  const all = architecture.name === 'amd64' ? { ...links, lib64: 'usr/lib64' } : links
  for (const [path, target] of Object.entries(all)) symlinkSync(target, join(root, path))
  return [...components, nodeComponent(nodePackage(architecture), pins.node.version)]
}

/** Copies the Node binary, unchanged, and its licence from an npm package of Node. */
async function installNode(tarball: string, root: string): Promise<void> {
  const content = mkdtempSync(join(dirname(tarball), 'content-'))
  try {
    await runTool('tar', ['-xzf', tarball, '-C', content, 'package/bin/node', 'package/LICENSE'])
    mkdirSync(join(root, 'usr/bin'), { recursive: true })
    mkdirSync(join(root, 'usr/share/doc/nodejs'), { recursive: true })
    cpSync(join(content, 'package/bin/node'), join(root, 'usr/bin/node'))
    cpSync(join(content, 'package/LICENSE'), join(root, 'usr/share/doc/nodejs/LICENSE'))
  } finally {
    rmSync(content, { recursive: true, force: true })
  }
}
