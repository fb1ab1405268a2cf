using System.Globalization;
using Sweep.Storage.Reading;

namespace Sweep.Client.Live;

/// <summary>Numbers of trained epochs in words.</summary>
internal static class EpochCount
{
    /// <summary>How far a sweep is: <c>epoch 12 of 60</c>. Where a program says no limit, nobody knows how many there will be.</summary>
    public static string Of(SweepOverview sweep) =>
        sweep.Spec.HasEpochLimit ? $"epoch {sweep.EpochsDone} of {sweep.EpochsTotal}" : $"{sweep.EpochsDone} epochs";

    /// <summary>3, or 3.42 within the fourth. An epoch counts as trained only at its end, so that the number is rounded down.</summary>
    public static string Of(double epochs) => (Math.Floor(epochs * 100) / 100).ToString("0.##", CultureInfo.InvariantCulture);
}
