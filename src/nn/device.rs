//! A device that keeps freed memory for the next tensor of the same size.

use dfdx::prelude::{Cache, Cpu};

/// A device with dfdx's store of freed memory, for one thread at a time: the store panics when two threads take its last
/// piece at once.
///
/// dfdx itself never frees what lies in a store, not even when the device is dropped; this owner does.
pub struct CachingDevice(Cpu);

impl CachingDevice {
    /// The device; a clone of it shares the store, which this owner ends.
    pub fn cpu(&self) -> &Cpu {
        &self.0
    }

    /// Frees what the store keeps.
    pub fn free(&self) {
        self.0.empty_cache();
    }
}

impl Default for CachingDevice {
    fn default() -> Self {
        let device = Cpu::default();
        device.enable_cache();
        Self(device)
    }
}

impl Drop for CachingDevice {
    fn drop(&mut self) {
        // Disabled, not only emptied: a tensor that outlives its device is then freed and not put into the store.
        self.0.disable_cache();
    }
}
