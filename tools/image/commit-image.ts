import type { Architecture } from './architecture.ts'
import { userId } from './base-layer.ts'
import type { Buildah } from './buildah.ts'

/** Layer that is added to an image, and the settings of the new image. */
export interface ImageContent {
  readonly architecture: Architecture
  /** Id of the image to which the layer is added, or `scratch`. */
  readonly from: string
  /** Folder with the files of the layer, which all belong to root in the image. */
  readonly layer: string
  /** Description of the layer in the image history. */
  readonly about: string
  /** Flags of `buildah config` that change the settings of the image. */
  readonly settings: readonly string[]
  /** Folder whose content is copied to `/var/lib` in the image, where it belongs to the user of the server. */
  readonly state?: string
}

/** Adds a layer to an image. Returns the id of the new image. */
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
