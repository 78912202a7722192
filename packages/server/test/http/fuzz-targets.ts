import { fuzzTargetsOn, type FuzzTargets } from '@headgate/testkit'
import { properties as bodies } from './bodies-properties.ts'
import { properties as paths } from './paths-properties.ts'
import { hostileWorld } from './hostile.ts'

/** Runs each property on its own server, for a chosen time instead of a number of runs. */
export const targets: FuzzTargets = fuzzTargetsOn('http', hostileWorld, { ...paths, ...bodies })
