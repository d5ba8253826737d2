#include "media/variant_maker.h"
namespace frontis::media {
VariantMaker::VariantMaker(const config::PressSettings& settings, Variants& variants, Press& press,
                           Log& log)
    : settings_(settings), variants_(variants), press_(press), log_(log) {}
}  // namespace frontis::media
