/** Mount of a volume or a file in a container. */
export interface Mount {
  readonly type: 'volume' | 'bind'
  /** Name of the volume, or absolute path of the file. */
  readonly source: string
  readonly target: string
  readonly read_only?: boolean
}

/** State that a service must reach before a service that depends on it starts. */
export type Condition = 'service_started' | 'service_healthy' | 'service_completed_successfully'

/** Service of a compose file, as compose-go prints it after it has replaced all variables. */
export interface Service {
  readonly image: string
  readonly command: readonly string[] | null
  readonly entrypoint: readonly string[] | null
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly Mount[]
  readonly healthcheck?: {
    readonly test: readonly string[]
    readonly interval?: string
    readonly retries?: number
  }
  readonly depends_on?: Readonly<Record<string, { readonly condition: Condition }>>
  readonly read_only?: boolean
}

export interface Project {
  readonly name: string
  readonly services: Readonly<Record<string, Service>>
}
