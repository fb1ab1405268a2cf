using static TorchSharp.torch;

namespace Sweep.Trainer.Models.Passes;

/// <summary>Makes a <see cref="LayerPass"/> a function that libtorch differentiates.</summary>
internal sealed class LayerFunction : autograd.SingleTensorFunction<LayerFunction>
{
    private const string Pass = "pass";

    public override string Name => nameof(LayerFunction);

    public static Tensor Apply(LayerPass pass) => apply(pass.Input.Rows, pass.Weights, pass.Bias!, pass);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var pass = (LayerPass)vars[^1];
        ctx.save_data(Pass, pass);
        return pass.Forward();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var (rows, weights, bias) = ((LayerPass)ctx.get_data(Pass)).Backward(grad_output);
        // One gradient for each argument of apply; the pass itself has none.
        return [rows, weights, bias!, null!];
    }
}
