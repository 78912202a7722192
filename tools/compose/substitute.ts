import type { ProcessExit, ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { Parts } from './install-parts.ts'
import type { Service } from './project.ts'
import type { UnpackedImage } from '../image/check/unpack-image.ts'

/** Objects that all services of one run of `compose:check` share. */
export interface Pod {
  readonly keeper: ProcessKeeper
  readonly parts: Parts
  /** The image that `npm run image` built. */
  readonly image: UnpackedImage
  /** Folder for logs and volumes. */
  readonly folder: string
  /** Path of a hosts file, which maps the names of the services to addresses. */
  readonly hosts: string
  /** Returns the folder of a named volume. */
  readonly volume: (name: string) => string
}

/** A running service. */
export interface RunningService {
  readonly exited: Promise<ProcessExit>
  /** Runs a command in the container, like `docker compose exec`, and returns its exit code. */
  readonly exec: (command: readonly string[], onLine?: (line: string) => void) => Promise<number | null>
  /** Stops the service, like `docker compose stop`. */
  readonly stop: () => Promise<ProcessExit>
}

/** Starts the program that replaces the image of a service. */
export type StartSubstitute = (pod: Pod, name: string, service: Service) => Promise<RunningService>
