#include "claimgate/x12/places.h"

const char *cg_x12_place_of(enum cg_field field) {
    static const char *const places[CG_FIELD_COUNT] = {
        [CG_FIELD_CLAIM_ID] = "CLM01",
        [CG_FIELD_CLAIM_LINE_NUMBER] = "LX01",
        [CG_FIELD_MEMBER_ID] = "NM109 of NM1*IL",
        [CG_FIELD_CLAIM_LINE_START_DATE] = "DTP*472 of the line, D8 or RD8",
        [CG_FIELD_CLAIM_LINE_END_DATE] = "DTP*472 of the line, RD8",
        [CG_FIELD_PLACE_OF_SERVICE_CODE] = "SV105, else CLM05-1",
        [CG_FIELD_HCPCS_CODE] = "SV101-2, where SV101-1 is HC",
        [CG_FIELD_HCPCS_MODIFIER_1] = "SV101-3",
        [CG_FIELD_HCPCS_MODIFIER_2] = "SV101-4",
        [CG_FIELD_HCPCS_MODIFIER_3] = "SV101-5",
        [CG_FIELD_HCPCS_MODIFIER_4] = "SV101-6",
        [CG_FIELD_SERVICE_UNIT_QUANTITY] = "SV104, where SV103 is UN",
        [CG_FIELD_RENDERING_NPI] = "NM109 of NM1*82, else of NM1*85 with XX",
        [CG_FIELD_BILLING_NPI] = "NM109 of NM1*85 with XX",
        [CG_FIELD_CHARGE_AMOUNT] = "SV102",
        [CG_FIELD_DIAGNOSIS_CODE_1] = "HI01-2",
        [CG_FIELD_CLAIM_FREQUENCY_CODE] = "CLM05-3",
        [CG_FIELD_ORIGINAL_CLAIM_ID] = "REF*F8 of the claim",
        [CG_FIELD_RECEIVED_DATE] = "GS04; with --received unknown that is no received date",
        [CG_FIELD_AUTHORIZATION_NUMBER] = "REF*G1",
        [CG_FIELD_BIRTH_DATE] = "DMG02",
    };
    return places[field];
}
