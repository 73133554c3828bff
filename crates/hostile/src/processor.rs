//! Who gets the processor: attackers share it with the broker that they attack, and with the honest client.

/// Lets the calling thread, and the threads that it starts, have what others leave.
pub fn give_way() {
    // Without it the attack is unfair to the honest client, and works nevertheless.
    let _ = rustix::process::setpriority_process(None, 15);
}
