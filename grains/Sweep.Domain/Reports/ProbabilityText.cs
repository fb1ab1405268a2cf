using System.Globalization;

namespace Sweep.Domain.Reports;

/// <summary>Writes probabilities for people.</summary>
public static class ProbabilityText
{
    public static string Of(double probability) =>
        probability < 0.001 ? "< 0.001" : probability.ToString("0.000", CultureInfo.InvariantCulture);
}
