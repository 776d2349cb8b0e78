export function startPresence() {}
