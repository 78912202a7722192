import type { ProcessExit, ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { Parts } from './install-parts.ts'
import type { Service } from './project.ts'
import type { UnpackedImage } from '../image/check/unpack-image.ts'

/** Files and programs that all services of a run of `compose:check` share. */
export interface Pod {
  readonly keeper: ProcessKeeper
  readonly parts: Parts
  /** Unpacked image that `npm run image` has built. */
  readonly image: UnpackedImage
  /** Folder for the logs and the volumes of the services. */
  readonly folder: string
  /** Path of a hosts file that maps the names of the services to addresses. */
  readonly hosts: string
  /** Returns the folder of a named volume. */
  readonly volume: (name: string) => string
}

/** Running local program that replaces the container of a service. */
export interface RunningService {
  readonly exited: Promise<ProcessExit>
  /** Runs a command in the environment of the service, like `docker compose exec`, and returns its exit code. */
  readonly exec: (command: readonly string[], onLine?: (line: string) => void) => Promise<number | null>
  /** Stops the service, like `docker compose stop`. */
  readonly stop: () => Promise<ProcessExit>
}

/** Function that starts the local program in place of the image of a service. */
export type StartSubstitute = (pod: Pod, name: string, service: Service) => Promise<RunningService>
