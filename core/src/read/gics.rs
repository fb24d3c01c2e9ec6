//! Sectors by ticker symbol, for a log that has symbols and no sectors.
//!
//! The symbols are the members of the S&P 500 in August 2026, from the data set `s-and-p-500-companies` of
//! github.com/datasets, which its authors gave to the public domain (Open Data Commons PDDL). Sectors are those of the
//! Global Industry Classification Standard. A symbol that has left the index, or never was in it, has no sector here.

use alloc::vec::Vec;

use crate::order::StableOrder;

/// The sectors with their symbols, separated by spaces.
const SECTORS: [(&str, &str); 11] = [
    (
        "Communication Services",
        "APP CHTR CMCSA DIS ECHO FOX FOXA GOOG GOOGL LYV META NFLX NWS NWSA OMC PSKY T TKO TMUS TTD TTWO VZ WBD",
    ),
    (
        "Consumer Discretionary",
        "ABNB AMZN APTV AZO BBY BKNG CCL CMG CVNA DASH DECK DHI DPZ DRI EBAY EXPE F GM GPC GRMN HAS HD HLT LEN \
         LOW LULU LVS MAR MCD MGM NCLH NKE NVR ORLY PHM RCL RL ROST SBUX TJX TPR TSCO TSLA ULTA WSM WYNN YUM",
    ),
    (
        "Consumer Staples",
        "ADM BF.B BG CASY CHD CL CLX COST DG DLTR EL GIS HRL HSY KDP KHC KMB KO KR KVUE MDLZ MKC MNST MO PEP PG \
         PM SJM STZ SYY TAP TGT TSN WMT",
    ),
    ("Energy", "APA BKR COP CVX DVN EOG EQT EXE FANG HAL KMI MPC OKE OXY PSX SLB TPL TRGP VLO WMB XOM"),
    (
        "Financials",
        "ACGL AFL AIG AIZ AJG ALL AMP AON APO ARES AXP BAC BEN BLK BNY BRK.B BRO BX C CB CBOE CFG CINF CME COF \
         COIN CPAY EG ERIE FDS FIS FISV FITB GL GPN GS HBAN HIG HOOD IBKR ICE IVZ JKHY JPM KEY KKR L MA MCO MET \
         MRSH MS MSCI MTB NDAQ NTRS PFG PGR PNC PRU PYPL RF RJF SCHW SPGI STT SYF TFC TROW TRV USB V WFC WRB WTW \
         XYZ",
    ),
    (
        "Health Care",
        "A ABBV ABT ALGN AMGN BAX BDX BIIB BMY BSX CAH CI CNC COO COR CRL CVS DGX DHR DVA DXCM ELV EW GEHC GILD \
         HCA HSIC HUM IDXX INCY IQV ISRG JNJ LH LLY MCK MDT MRK MRNA MTD PFE PODD REGN RMD RVTY SOLV STE SYK TECH \
         TMO UHS UNH VEEV VRTX VTRS WAT WST ZBH ZTS",
    ),
    (
        "Industrials",
        "ADP ALLE AME AOS AXON BA BLDR BR CARR CAT CHRW CMI CPRT CSX CTAS DAL DD DE DOV EFX EME EMR ETN EXPD FAST \
         FDX FDXF FERG FIX FTV GD GE GEV GNRC GWW HII HON HONA HUBB HWM IEX IR ITW J JBHT JCI LDOS LHX LII LMT \
         LUV MAS MMM NDSN NOC NSC ODFL OTIS PAYX PCAR PH PNR PWR ROK ROL RSG RTX SNA SWK TDG TT TXT UAL UBER UNP \
         UPS URI VLTO VRSK VRT WAB WM XYL",
    ),
    (
        "Information Technology",
        "AAPL ACN ADBE ADI ADSK AKAM AMAT AMD ANET APH AVGO CDNS CDW CIEN COHR CRM CRWD CSCO CTSH DDOG DELL FFIV \
         FICO FLEX FSLR FTNT GDDY GEN GLW HPE HPQ IBM INTC INTU IT JBL KEYS KLAC LITE LRCX MCHP MPWR MRVL MSFT \
         MSI MU NOW NTAP NVDA NXPI ON ORCL PANW PLTR PTC Q QCOM ROP SMCI SNDK SNPS STX SWKS TDY TEL TER TRMB TXN \
         TYL VRSN WDAY WDC ZBRA",
    ),
    (
        "Materials",
        "ALB AMCR APD AVY BALL CF CRH CTVA DOW ECL FCX IFF IP LIN LYB MLM MOS NEM NUE PKG PPG SHW STLD SW VMC",
    ),
    (
        "Real Estate",
        "AMT ARE AVB BXP CBRE CCI CPT CSGP DLR DOC EQIX EQR ESS EXR FRT HST INVH IRM KIM MAA O PLD PSA REG SBAC \
         SPG UDR VICI VTR WELL WY",
    ),
    (
        "Utilities",
        "AEE AEP AES ATO AWK CEG CMS CNP D DTE DUK ED EIX ES ETR EVRG EXC FE LNT NEE NI NRG PCG PEG PNW PPL SO \
         SRE VST WEC XEL",
    ),
];

/// Names of sectors as people write them, in lower case, beside the official ones.
const EVERYDAY: [(&str, &str); 26] = [
    ("communication", "Communication Services"),
    ("communications", "Communication Services"),
    ("telecom", "Communication Services"),
    ("telecommunication", "Communication Services"),
    ("telecommunications", "Communication Services"),
    ("telecommunication services", "Communication Services"),
    ("consumer cyclical", "Consumer Discretionary"),
    ("discretionary", "Consumer Discretionary"),
    ("consumer defensive", "Consumer Staples"),
    ("staples", "Consumer Staples"),
    ("oil and gas", "Energy"),
    ("finance", "Financials"),
    ("financial", "Financials"),
    ("financial services", "Financials"),
    ("health", "Health Care"),
    ("healthcare", "Health Care"),
    ("industrial", "Industrials"),
    ("it", "Information Technology"),
    ("tech", "Information Technology"),
    ("technology", "Information Technology"),
    ("infotech", "Information Technology"),
    ("basic materials", "Materials"),
    ("material", "Materials"),
    ("real-estate", "Real Estate"),
    ("realestate", "Real Estate"),
    ("utility", "Utilities"),
];

/// The official name of a sector written in any case or in an everyday way; `None` if it is no sector.
#[must_use]
pub fn canonical_sector(name: &str) -> Option<&'static str> {
    let name = name.trim();
    let official = SECTORS.iter().map(|(sector, _)| *sector).find(|sector| sector.eq_ignore_ascii_case(name));
    official.or_else(|| EVERYDAY.iter().find(|(word, _)| word.eq_ignore_ascii_case(name)).map(|(_, sector)| *sector))
}

/// The symbols in order, so that a log of many symbols is looked up quickly.
pub struct Lookup(Vec<(&'static str, &'static str)>);

impl Lookup {
    /// Sorts the table once.
    #[must_use]
    pub fn new() -> Self {
        let mut symbols: Vec<_> =
            SECTORS.iter().flat_map(|(sector, all)| all.split(' ').map(move |symbol| (symbol, *sector))).collect();
        symbols.order();
        Self(symbols)
    }

    /// The sector of a symbol in any case, its share class after a dot, a hyphen or a slash (`BRK.B`, `BRK-B`).
    #[must_use]
    pub fn sector(&self, symbol: &str) -> Option<&'static str> {
        let wanted = symbol.trim().bytes().map(|byte| match byte {
            b'-' | b'/' => b'.',
            other => other.to_ascii_uppercase(),
        });
        let found = self.0.binary_search_by(|(known, _)| known.bytes().cmp(wanted.clone()));
        found.ok().and_then(|at| self.0.get(at)).map(|(_, sector)| *sector)
    }
}

impl Default for Lookup {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_found_however_their_share_class_is_written() {
        let gics = Lookup::new();
        assert_eq!(gics.0.len(), 503);
        for (symbol, sector) in [
            ("AAPL", Some("Information Technology")),
            ("aapl", Some("Information Technology")),
            ("BRK.B", Some("Financials")),
            ("BRK-B", Some("Financials")),
            ("XOM", Some("Energy")),
            ("", None),
            ("NO SUCH", None),
        ] {
            assert_eq!(gics.sector(symbol), sector, "{symbol}");
        }
    }

    #[test]
    fn every_sector_is_known_by_its_own_and_its_everyday_names() {
        for (sector, _) in SECTORS {
            assert_eq!(canonical_sector(&sector.to_uppercase()), Some(sector));
        }
        for (name, sector) in [
            ("Technology", Some("Information Technology")),
            ("Healthcare", Some("Health Care")),
            ("Telecom", Some("Communication Services")),
            ("telecommunications", Some("Communication Services")),
            (" consumer staples ", Some("Consumer Staples")),
            ("Crypto", None),
            ("", None),
        ] {
            assert_eq!(canonical_sector(name), sector, "{name}");
        }
    }
}
