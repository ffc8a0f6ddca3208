//! The MAC's registers, and the PHY's behind them: link, speed, duplex.

use crate::bus::Bus;
use crate::chip::Chip;
use crate::regs::{self, int, mac, phy};

impl<B: Bus> Chip<B> {
    /// Looks at the link if the PHY has asked for it. Says whether it is up.
    pub(crate) fn attend_link(&mut self) -> bool {
        if self.bus.read(regs::INT_STS) & int::PHY != 0 {
            // This read takes back the request.
            self.phy_read(phy::INT_SOURCE);
            self.bus.write(regs::INT_STS, int::PHY);
            self.look_at_link();
        }
        self.unmask(int::PHY);
        self.link
    }

    fn look_at_link(&mut self) {
        // Link loss is latched until read: the first reading may be of the past,
        // and a link that was lost and found needs its duplex looked at, too.
        let past = self.phy_read(phy::BMSR) & phy::BMSR_LINK != 0;
        let up = self.phy_read(phy::BMSR) & phy::BMSR_LINK != 0;
        if self.link && !(past && up) {
            self.stats.link_losses = self.stats.link_losses.saturating_add(1);
        }
        if up {
            self.update_duplex();
        }
        self.link = up;
    }

    pub(crate) fn start_negotiation(&mut self) {
        self.phy_write(phy::ANAR, phy::ANAR_ALL);
        self.phy_write(phy::INT_MASK, phy::INT_LINK);
        self.phy_write(phy::BMCR, phy::BMCR_NEGOTIATE);
        self.phy_read(phy::BMSR);
        self.link = self.phy_read(phy::BMSR) & phy::BMSR_LINK != 0;
    }

    /// Sets the MAC to the duplex that was negotiated.
    pub(crate) fn update_duplex(&mut self) {
        let common = self.phy_read(phy::ANAR) & self.phy_read(phy::ANLPAR);
        // The best mode in common counts: full duplex at 10 Mbit/s does not, where
        // both speak half duplex at 100.
        let full = if common & (phy::FULL_100 | phy::HALF_100) != 0 {
            common & phy::FULL_100 != 0
        } else {
            common & phy::FULL_DUPLEX != 0
        };
        let duplex = if full { mac::CR_FDPX } else { mac::CR_RCVOWN };
        self.mac_write(
            mac::CR,
            mac::CR_RXEN | mac::CR_TXEN | mac::CR_MCPAS | duplex,
        );
    }

    pub(crate) fn mac_read(&mut self, register: u8) -> u32 {
        self.mac_command(regs::CSR_READ | u32::from(register));
        self.bus.read(regs::MAC_CSR_DATA)
    }

    pub(crate) fn mac_write(&mut self, register: u8, value: u32) {
        self.bus.write(regs::MAC_CSR_DATA, value);
        self.mac_command(u32::from(register));
    }

    fn mac_command(&mut self, command: u32) {
        self.bus.write(regs::MAC_CSR_CMD, regs::CSR_BUSY | command);
        self.until(|bus| bus.read(regs::MAC_CSR_CMD) & regs::CSR_BUSY == 0);
    }

    fn phy_read(&mut self, register: u8) -> u16 {
        self.mii_command(register, 0);
        (self.mac_read(mac::MII_DATA) & 0xFFFF) as u16
    }

    fn phy_write(&mut self, register: u8, value: u16) {
        self.mac_write(mac::MII_DATA, value.into());
        self.mii_command(register, mac::MII_WRITE);
    }

    fn mii_command(&mut self, register: u8, write: u32) {
        let command = mac::MII_PHY | u32::from(register) << 6 | write | mac::MII_BUSY;
        self.mac_write(mac::MII_ACC, command);
        // A MAC read takes far longer than a bus read; an MII frame takes 26 us.
        for _ in 0..10_000 {
            if self.mac_read(mac::MII_ACC) & mac::MII_BUSY == 0 {
                return;
            }
        }
    }
}
