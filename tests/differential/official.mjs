// Agora's official Node libraries, with clock and salt in our hand.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const RealDate = globalThis.Date

let clock = 1_700_000_000
let random = 0

// The builders read the clock with `new Date()` and draw the salt with `Math.random()`.
globalThis.Date = class extends RealDate {
    constructor(...args) {
        super(...(args.length ? args : [clock * 1000]))
    }
}
Math.random = () => random

/** The 006 library draws its salt once a process, when it is loaded. */
export const SALT_006 = Math.floor(random * 0xffffffff)

export const v6 = require('agora-access-token')
export const { AccessToken: AccessToken006, priviledges } = require('agora-access-token/src/AccessToken.js')
export const v7 = require('agora-token')
export const core = require('agora-token/src/AccessToken2.js')

/** Runs a builder at a time and with a salt (1 to 99999999) of our choice. */
export function at(issuedAt, salt, build) {
    clock = issuedAt
    // Half a step up, so that rounding down gives the salt whatever the floating point does.
    random = (salt - 0.5) / 99999999
    return build()
}
