import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from './run-tool.ts'

/** Runs buildah with a separate image store. The builds need neither a daemon nor Linux namespaces. */
export interface Buildah {
  readonly run: (...args: readonly string[]) => Promise<string>
  /** Time of all files and images, in epoch s. */
  readonly epoch: number
}

export function openBuildah(folder: string, epoch: number): Buildah {
  const store = ['--root', join(folder, 'store'), '--runroot', join(folder, 'run')]
  const env = { STORAGE_DRIVER: 'vfs', BUILDAH_ISOLATION: 'chroot' }
  return {
    epoch,
    run: async (...args) =>
      (await runTool('buildah', [...store, ...args], { env, timeoutMs: 600_000 })).trim(),
  }
}

/** Writes the images of all architectures into one archive in the OCI format. Returns the digest of its index. */
export async function writeArchive(
  buildah: Buildah,
  images: readonly string[],
  { file, tag }: { readonly file: string; readonly tag: string },
): Promise<string> {
  const list = `localhost/headgate-index:${tag}`
  await buildah.run('manifest', 'create', list)
  for (const image of images) await buildah.run('manifest', 'add', list, image)
  rmSync(file, { force: true })
  await buildah.run('manifest', 'push', '--all', '--quiet', list, `oci-archive:${file}:${tag}`)
  return readDigest(file)
}

/** Returns the digest of the OCI index in an archive. */
export async function readDigest(file: string): Promise<string> {
  const index = JSON.parse(await runTool('tar', ['-xOf', file, 'index.json'])) as {
    readonly manifests: readonly { readonly digest: string }[]
  }
  const digest = index.manifests[0]?.digest
  if (digest === undefined || index.manifests.length !== 1)
    throw new Error(`${file} does not have exactly one image.`)
  return digest
}
