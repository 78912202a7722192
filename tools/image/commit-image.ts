import type { Architecture } from './architecture.ts'
import { userId } from './base-layer.ts'
import type { Buildah } from './buildah.ts'

/** Content of the image to create: a layer, and the settings of the image. */
export interface ImageContent {
  readonly architecture: Architecture
  /** Id of the image that the layer is added to, or `scratch`. */
  readonly from: string
  /** Folder with the files of the layer. All of them belong to root. */
  readonly layer: string
  /** Description of the layer in the history of the image. */
  readonly about: string
  /** Flags of `buildah config`. */
  readonly settings: readonly string[]
  /** Folder whose content is copied to `/var/lib` and belongs to the user of the server. */
  readonly state?: string
}

/** Adds a layer to an image, and returns the id of the new image. */
export async function commitImage(buildah: Buildah, content: ImageContent): Promise<string> {
  const { architecture, from, layer, about, settings, state } = content
  const platform = ['--os', 'linux', '--arch', architecture.name]
  if (architecture.variant !== undefined) platform.push('--variant', architecture.variant)
  const container = await buildah.run('from', '--pull-never', ...platform, from)
  await buildah.run('copy', '--quiet', '--chown', '0:0', container, layer, '/')
  if (state !== undefined)
    await buildah.run('copy', '--quiet', '--chown', `${userId}:${userId}`, container, state, '/var/lib')
  await buildah.run('config', ...platform, '--created-by', about, ...settings, container)
  const image = await buildah.run(
    'commit',
    '--quiet',
    '--rm',
    '--timestamp',
    String(buildah.epoch),
    '--format',
    'oci',
    container,
  )
  return image
}
