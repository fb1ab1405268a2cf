using System.Numerics;
using Sweep.Trainer.Models.Passes;

namespace Sweep.Tests.Trainer;

/// <summary>Holds the functions of many numbers at once against those of .NET in double precision.</summary>
public sealed class ActivationTests
{
    private static readonly float[] Numbers =
    [
        0, -0f, float.Epsilon, 1e-30f, 0.6249999f, 0.625f, -0.625f,
        .. Enumerable.Range(-4000, 8001).Select(step => step / 100f),
        .. Enumerable.Range(-64, 129).Select(step => MathF.CopySign(MathF.Pow(2, -Math.Abs(step) / 4f), step)),
    ];

    [Fact]
    public void Exp_is_right_to_two_units_in_the_last_place() => Assert.All(
        Numbers, number => Assert.Equal(1, Of(Activation.Exp, number) / Math.Exp(number), 2.4e-7));

    [Fact]
    public void Sigmoid_and_tanh_are_right_to_a_few_units_in_the_last_place() => Assert.All(Numbers, number =>
    {
        Assert.Equal(1, Of(Activation.Sigmoid, number) * (1 + Math.Exp(-number)), 5e-7);
        if (number == 0)
            Assert.Equal(0, Of(Activation.Tanh, number));
        else
            Assert.Equal(1, Of(Activation.Tanh, number) / Math.Tanh(number), 3e-7);
    });

    [Fact]
    public void Ends_of_the_range_are_reached_and_what_is_not_a_number_stays_none()
    {
        var (end, start) = (float.PositiveInfinity, float.NegativeInfinity);
        Assert.Equal((1f, 0f), (Of(Activation.Sigmoid, end), MathF.Round(Of(Activation.Sigmoid, start), 6)));
        Assert.Equal((1f, -1f), (Of(Activation.Tanh, end), Of(Activation.Tanh, start)));
        Assert.All(
            [Activation.Exp, Activation.Sigmoid, Activation.Tanh], function => Assert.True(float.IsNaN(Of(function, float.NaN))));
    }

    private static float Of(Func<Vector<float>, Vector<float>> function, float number) =>
        function(Vector.Create(number))[Vector<float>.Count - 1];
}
