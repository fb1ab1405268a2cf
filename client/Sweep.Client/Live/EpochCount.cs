using System.Globalization;

namespace Sweep.Client.Live;

/// <summary>A number of trained epochs in words: 3, or 3.42 within the fourth.</summary>
internal static class EpochCount
{
    /// <summary>An epoch counts as trained only at its end, so that the number is rounded down.</summary>
    public static string Of(double epochs) => (Math.Floor(epochs * 100) / 100).ToString("0.##", CultureInfo.InvariantCulture);
}
