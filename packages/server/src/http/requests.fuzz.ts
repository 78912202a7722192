import { fuzzTargetsOn, type FuzzTargets } from '@headgate/testkit'
import { properties as bodies } from './bodies.properties.ts'
import { properties as paths } from './paths.properties.ts'
import { hostileWorld } from './test-hostile.ts'

/** Each on a server of its own, for a time budget instead of a number of times. */
export const targets: FuzzTargets = fuzzTargetsOn('http', hostileWorld, { ...paths, ...bodies })
