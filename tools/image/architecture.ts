/** Processor architecture of an image, with its names in Debian, OCI, Node and npm. */
export interface Architecture {
  /** Name in Debian, and in the OCI format. */
  readonly name: 'amd64' | 'arm64'
  /** Name in Node and in npm. */
  readonly npm: 'x64' | 'arm64'
  /** Variant of the architecture in the OCI format. */
  readonly variant?: string
}

export const architectures: readonly Architecture[] = [
  { name: 'amd64', npm: 'x64' },
  { name: 'arm64', npm: 'arm64', variant: 'v8' },
]

export type ArchitectureName = Architecture['name']
