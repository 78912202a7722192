import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ArchitectureName } from '../architecture.ts'
import { runTool } from '../run-tool.ts'

interface Descriptor {
  readonly digest: string
  readonly platform?: { readonly architecture: string }
}

/** Settings of an image that a container runtime reads. */
export interface ImageSettings {
  readonly User: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly Cmd: readonly string[]
  readonly WorkingDir: string
}

/** Image that was unpacked into a folder by applying all its layers in order. */
export interface UnpackedImage {
  /** Folder with the root file system of the image. */
  readonly root: string
  readonly settings: ImageSettings
}

/** Unpacks the image for one architecture from an archive in the OCI format. Preserves the owners of files. */
export async function unpackImage(
  archive: string,
  architecture: ArchitectureName,
  folder: string,
): Promise<UnpackedImage> {
  const layout = join(folder, 'layout')
  const root = join(folder, 'root')
  mkdirSync(layout, { recursive: true })
  mkdirSync(root, { recursive: true })
  await runTool('tar', ['-xf', archive, '-C', layout])
  const blob = (digest: string): string => join(layout, 'blobs', digest.replace(':', '/'))
  const manifests = (path: string): readonly Descriptor[] =>
    (readJson(path) as { readonly manifests: readonly Descriptor[] }).manifests
  const index = manifests(join(layout, 'index.json'))[0]
  if (index === undefined) throw new Error(`${archive} contains no image.`)
  const found = manifests(blob(index.digest)).find(({ platform }) => platform?.architecture === architecture)
  if (found === undefined) throw new Error(`${archive} has no image for ${architecture}.`)
  const manifest = readJson(blob(found.digest)) as {
    readonly config: Descriptor
    readonly layers: readonly Descriptor[]
  }
  for (const { digest } of manifest.layers)
    await runTool('tar', ['-xpzf', blob(digest), '-C', root, '--same-owner', '--numeric-owner'])
  const { config } = readJson(blob(manifest.config.digest)) as { readonly config: ImageSettings }
  return { root, settings: config }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
